// Signing in with an office's own account, at a real provider, as a browser does it: with its cookies and redirects.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { open } from './browser.mjs';
import { Server } from './server.mjs';

const { TEST_PROGRAM: program, TEST_HOME: home, TEST_PROVIDER: folder, TEST_SCREENS: screens } = process.env;

test('an archivist comes in with the office account, works, and leaves', async () => {
  const provider = spawn('node', ['provider.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const issuer = await new Promise((told) => readline.createInterface({ input: provider.stdout }).once('line', told));
  const people = { lan: { preferred_username: 'lan', name: 'Nguyễn Thị Lan', groups: ['kho'] } };
  await fetch(`${issuer}/world`, { method: 'PUT', body: JSON.stringify({ people }) });
  const server = await Server.start(program, home, '127.0.0.1:0', '0', {
    SOHOA_OIDC_ISSUER: issuer,
    SOHOA_OIDC_CLIENT_SECRET: 'a secret of client and provider',
    SOHOA_OIDC_SCOPES: 'profile,groups',
    SOHOA_OIDC_GROUPS: '[{ group = "kho", role = "archivist", unit = "SNV" }]',
  });
  const browser = await open();
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  await context.addCookies([{ name: 'sohoa-language', value: 'vi', url: server.address }]);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error' && message.location().url.startsWith(server.address)) wrong.push(message.text()); });
  // Asked for a page, one is led to the door, through the provider's, and back to that page.
  await page.goto(`${server.address}/uploads`);
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await page.screenshot({ path: path.join(screens, 'vi-sign-in-office.png') });
  await page.click('a[href^="/sign-in/oidc"]');
  await page.waitForSelector('[name=login]');
  assert.equal(new URL(page.url()).origin, issuer);
  await page.fill('[name=login]', 'lan');
  await page.fill('[name=password]', 'x');
  await page.click('[type=submit]');
  await page.click('[type=submit]');
  await page.waitForURL(`${server.address}/uploads`);
  assert.match(await page.innerText('.who'), /Nguyễn Thị Lan/);
  // The cookie is kept for what comes next, and for no script.
  const [session] = (await context.cookies(server.address)).filter(({ name }) => name === '__Host-sohoa');
  assert.deepEqual([session.httpOnly, session.sameSite], [true, 'Strict']);
  assert.equal(await page.evaluate(() => document.cookie.includes('__Host-sohoa')), false);
  await page.goto(`${server.address}/runs`);
  assert.equal(new URL(page.url()).pathname, '/runs');
  await page.click('.who button');
  await page.waitForURL(/\/sign-in$/);
  await page.goto(`${server.address}/uploads`);
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  assert.deepEqual(wrong, []);
  await browser.close();
  await server.kill();
  provider.kill();
});
