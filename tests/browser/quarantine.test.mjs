// What an officer in charge of secrets does in the console: proves who they are, releases one dossier, takes another out.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { check, open, signedIn } from './browser.mjs';
import { PASSWORD, Server } from './server.mjs';

const { TEST_PROGRAM: program, TEST_HOME: home, TEST_SCREENS: screens } = process.env;
let server;
let browser;

before(async () => {
  fs.mkdirSync(screens, { recursive: true });
  server = await Server.start(program, home, '127.0.0.1:0', '1');
  const admin = await server.people('local');
  for (const [name, unit] of [['officer', 'local'], ['stranger', 'elsewhere']]) {
    await server.ask('POST', '/api/users', { name, display_name: 'Đỗ Thị Mật', password: PASSWORD, grants: [{ role: 'secrecy-officer', unit }] }, admin);
  }
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.kill();
});

/** Lets six minutes pass since every sign-in. */
function ageSignIns() {
  const change = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30); c.execute("UPDATE keys SET authenticated = authenticated - 360000"); c.commit()';
  execFileSync('python3', ['-c', change, path.join(home, 'catalog.db')]);
}

const DOSSIERS = '[data-dossier] h2';

test('an officer sees, releases and takes out what is in quarantine in their unit', async () => {
  for (const language of ['en', 'vi']) {
    const { context, page, wrong } = await signedIn(browser, server, 'stranger', language);
    await page.goto(`${server.address}/quarantine`);
    assert.equal(await page.locator(DOSSIERS).count(), 0, 'another unit is shown');
    await check(page, wrong, `${language} nothing in quarantine`);
    await context.close();
  }
  const { page, wrong } = await signedIn(browser, server, 'officer', 'vi');
  await page.click('nav a[href="/quarantine"]');
  await page.waitForURL(`${server.address}/quarantine`);
  assert.deepEqual(await page.locator(DOSSIERS).allInnerTexts(), ['giao/hs-mat', 'giao/hs-nham']);
  const shown = await page.innerText('main');
  for (const part of ['1.jpg', 'lon.pdf', 'MẬT']) assert.ok(shown.includes(part), `${part} is not shown: ${shown}`);
  assert.equal(await page.locator('main img').count(), 0, 'a page of it is shown');

  // Whoever signed in a while ago proves again who they are.
  ageSignIns();
  await page.reload();
  assert.equal(await page.locator('[data-dossier] form').count(), 0);
  await check(page, wrong, 'to be confirmed');
  await page.screenshot({ path: path.join(screens, 'vi-officer-confirm.png') });
  await page.fill('#renewal [name=password]', 'sai mật khẩu rồi');
  await page.click('#renewal button');
  await page.waitForFunction(() => document.querySelector('#renewal .wrong').textContent !== '');
  // The browser tells of the refused request.
  wrong.length = 0;
  await page.fill('#renewal [name=password]', PASSWORD);
  await page.click('#renewal button');
  await page.waitForSelector('[data-dossier] form', { state: 'attached' });
  assert.equal(await page.locator('#renewal').count(), 0);

  // A release needs its reason; the dossier is read again and leaves the list.
  const card = (code) => page.locator(`[data-dossier$="${code}"]`);
  const release = card('hs-nham').locator('form[data-api$="/release"]');
  await card('hs-nham').locator('summary').first().click();
  await release.locator('button').click();
  assert.equal(await release.locator('textarea').evaluate((field) => field.validity.valueMissing), true);
  await check(page, wrong, 'a decision');
  await release.locator('textarea').fill('dấu nhận nhầm');
  await release.locator('button').click();
  await page.waitForFunction(() => document.querySelectorAll('[data-dossier]').length === 1);

  // A removal tells what is left, and what the program cannot reach.
  await card('hs-mat').locator('summary').last().click();
  const removal = card('hs-mat').locator('form[data-api$="/removal"]');
  await removal.locator('textarea').fill('tài liệu mật, không được số hóa');
  await page.screenshot({ path: path.join(screens, 'vi-officer-quarantine.png') });
  await removal.locator('button').click();
  await page.waitForSelector('#removed-0:not([hidden])');
  assert.equal(await page.innerText('#removed-0 [data-said=pages]'), '2');
  assert.deepEqual(await page.locator('#removed-0 [data-said=remaining] li').allInnerTexts(), ['không có']);
  assert.match(await page.innerText('#removed-0 [data-said=out_of_reach]'), /bản sao lưu/);
  assert.equal(await page.locator('[data-dossier] form:visible').count(), 0);
  await check(page, wrong, 'a removal');
  await page.screenshot({ path: path.join(screens, 'vi-officer-removed.png') });
  await page.click('#removed-0 a.button');
  await page.waitForFunction(() => document.querySelectorAll('[data-dossier]').length === 0);

  // A key that may decide is made by the officer who has just proved who they are.
  await page.goto(`${server.address}/keys`);
  await check(page, wrong, 'keys of an officer');
  await page.check('[name="rights[]"][value=quarantine]');
  await page.fill('[name=label]', 'dòng lệnh');
  await page.click('form[data-api="POST /api/tokens"] button');
  await page.waitForFunction(() => document.getElementById('key').textContent !== '');
  assert.deepEqual(wrong, []);
});
