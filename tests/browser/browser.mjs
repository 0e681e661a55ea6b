// Debian's Chromium, and what every page is looked at for.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { PASSWORD } from './server.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** A window in which somebody has signed in. What goes wrong in a page is kept in `wrong`. */
export async function signedIn(browser, server, name, language, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
  await context.addCookies([{ name: 'sohoa-language', value: language, url: server.address }]);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(`${server.address}/sign-in`);
  await page.fill('[name=name]', name);
  await page.fill('[name=password]', PASSWORD);
  await page.click('button.first');
  await page.waitForURL(`${server.address}/`);
  return { context, page, wrong };
}

/** No barrier (WCAG 2.2 AA), nothing wider than the window, no error. */
export async function check(page, wrong, at) {
  // What is placed on the picture of a page stands there after the next frame.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  // As the bundled scripts do, axe runs under the page's own policy: it is handed in, not loaded.
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags);
  const said = violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} — ${node.failureSummary?.split('\n')[1]}`).join(' | ')}`);
  assert.deepEqual(said, [], `${at}: barriers`);
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window, `${at}: ${wide} px wide in a window of ${window}`);
  assert.deepEqual(wrong, [], `${at}: errors`);
}
