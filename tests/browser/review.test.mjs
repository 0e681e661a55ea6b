// What a reviewer types is never lost: the line breaks, the session ends, a value is refused, pages are turned.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { check, open, signedIn } from './browser.mjs';
import { PASSWORD, Server } from './server.mjs';

const { TEST_PROGRAM: program, TEST_HOME: home, TEST_SCREENS: screens } = process.env;
let server;
let admin;
let browser;

before(async () => {
  fs.mkdirSync(screens, { recursive: true });
  server = await Server.start(program, home, '127.0.0.1:0', '1');
  admin = await server.people('local');
  browser = await open();
});

after(async () => {
  await browser?.close();
  await server?.kill();
});

const STRIP = '#unsaved:not([hidden])';

/** All documents, those with more pages first. Each waits for review: who rejected it, or why it waited anyway, is the same here. */
async function waiting() {
  const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
  const { said: { items } } = await server.ask('GET', '/api/review', undefined, admin);
  const named = new Set(items.map(({ dossier, document }) => `${dossier}#${document.split('#').pop()}`));
  const all = [];
  for (const { object } of records.items) {
    const { said: record } = await server.ask('GET', `/api/records/${encodeURIComponent(object)}`, undefined, admin);
    for (const { number, pages } of record.documents) {
      const name = `${object}#${number}`;
      if (!named.has(name)) await server.ask('POST', `/api/review/${encodeURIComponent(name)}`, { reject: true }, admin);
      all.push({ name, pages });
    }
  }
  return all.sort((one, other) => other.pages.length - one.pages.length);
}

const about = async (name) => (await server.ask('GET', `/api/review/${encodeURIComponent(name)}`, undefined, admin)).said;

/** A reviewer's window with a document open. */
async function reviewing(name) {
  const { context, page, wrong } = await signedIn(browser, server, 'reviewer', 'vi');
  const said = [];
  await page.exposeFunction('heard', (text) => said.push(text));
  await page.addInitScript(() => document.addEventListener('DOMContentLoaded', () => {
    const notice = document.getElementById('notice');
    new MutationObserver(() => { if (!notice.hidden) window.heard(notice.textContent); }).observe(notice, { childList: true, attributes: true, subtree: true });
  }));
  await page.goto(`${server.address}/review/${encodeURIComponent(name)}`);
  await page.waitForSelector('#sheet[data-ready]');
  return { context, page, wrong, said };
}

const subject = '[name="fields.subject"]';
const date = '[name="fields.issuedDate"]';

/** Waits until the document's field has this value on the server. */
async function stored(name, field, value) {
  for (let round = 0; ; round += 1) {
    const { description, decisions } = await about(name);
    if (description.fields[field]?.value === value) return decisions;
    assert.ok(round < 120, `${name}: ${field} is ${description.fields[field]?.value}, not ${value}`);
    await new Promise((done) => { setTimeout(done, 250); });
  }
}

test('a decision made while the server is stopped arrives once it runs again, with what was typed', { timeout: 120_000 }, async () => {
  const [{ name }] = (await waiting()).slice(-1);
  const { context, page, said } = await reviewing(name);
  await page.fill(subject, 'gõ khi máy chủ tắt');
  await server.kill();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.waitForSelector(STRIP);
  assert.match(await page.innerText('#unsaved'), /^1 quyết định CHƯA lưu:\s[^]*#\d+\) – chưa kết nối được với máy chủ; sẽ tự gửi lại\s[^]*Mở lại với nội dung đã sửa[^]*Bỏ$/);
  assert.ok(!said.some((text) => text.includes('Đã ghi quyết định')), said.join('\n'));
  await page.screenshot({ path: path.join(screens, 'vi-reviewer-unsaved.png') });
  await server.again();
  const decisions = await stored(name, 'subject', 'gõ khi máy chủ tắt');
  assert.deepEqual(decisions.slice(-2).map(({ act, author }) => [act, author]), [['correct-field', 'reviewer'], ['accept', 'reviewer']]);
  await page.waitForSelector('#unsaved', { state: 'hidden' });
  await page.waitForFunction((text) => document.getElementById('notice').textContent.includes(text), 'Đã ghi quyết định');
  await context.close();
});

test('a decision whose answer never came is not made twice', { timeout: 120_000 }, async () => {
  const [{ name }] = (await waiting()).slice(-1);
  const { context, page } = await reviewing(name);
  const known = ((await about(name)).decisions ?? []).length;
  await page.route(/\/api\/review\/[^/]+$/, async (route) => {
    if (route.request().method() !== 'POST') { await route.continue(); return; }
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await page.fill(subject, 'gửi một lần');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await stored(name, 'subject', 'gửi một lần');
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('sohoa decision')));
  assert.deepEqual((await about(name)).decisions.slice(known).map(({ act }) => act), ['correct-field', 'accept']);
  await context.close();
});

test('when the session has ended, signing in sends what was decided, and keeps what is typed meanwhile', { timeout: 120_000 }, async () => {
  const [{ name }] = (await waiting()).slice(-1);
  const { context, page } = await reviewing(name);
  await page.fill(subject, 'gõ khi phiên đã hết');
  await context.clearCookies({ name: /sohoa$/ });
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.waitForSelector(`${STRIP} a[href^="/sign-in?to="]`);
  assert.match(await page.innerText('#unsaved'), /phiên làm việc đã hết/);
  // What is typed on the page that is open now stays too.
  const here = decodeURIComponent(new URL(page.url()).pathname.split('/').pop());
  await page.fill('[name=note]', 'ghi chú dở');
  await page.click('#unsaved a[href^="/sign-in?to="]');
  await page.fill('[name=name]', 'reviewer');
  await page.fill('[name=password]', PASSWORD);
  await page.click('button.first');
  await page.waitForURL(/\/review\//);
  await stored(name, 'subject', 'gõ khi phiên đã hết');
  await page.waitForSelector('#unsaved', { state: 'hidden' });
  if (here !== name) assert.equal(await page.inputValue('[name=note]'), 'ghi chú dở');
  await context.close();
});

test('a refused decision stays in sight until it is opened again with what was typed', { timeout: 120_000 }, async () => {
  const [{ name }] = (await waiting()).slice(-1);
  const { context, page, wrong, said } = await reviewing(name);
  await page.waitForTimeout(800);
  await page.route(/\/api\/review\/[^/]+$/, async (route) => {
    if (route.request().method() !== 'POST') { await route.continue(); return; }
    const detail = 'không nhận được';
    await route.fulfill({ status: 400, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:sohoa:problem:invalid', detail }) });
  }, { times: 1 });
  await page.fill(subject, 'trích yếu bị từ chối');
  await page.fill(date, '18/6/2019');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.waitForSelector(STRIP);
  assert.match(await page.innerText('#unsaved'), /1 quyết định CHƯA lưu:[^]*không nhận được/);
  assert.ok(!said.some((text) => text.includes('Đã ghi quyết định')), said.join('\n'));
  for (const address of ['/review', '/runs', '/review']) {
    await page.goto(server.address + address);
    await page.waitForSelector(STRIP);
  }
  await page.reload();
  await page.waitForSelector(STRIP);
  wrong.splice(0, wrong.length, ...wrong.filter((one) => !one.includes('400')));
  await check(page, wrong, 'an unsaved decision');
  await page.screenshot({ path: path.join(screens, 'vi-reviewer-refused-decision.png') });
  // Another person's browser profile has none of it; this person's opens it again.
  await page.click(`${STRIP} button:has-text("Mở lại")`);
  await page.waitForURL((url) => decodeURIComponent(url.pathname).endsWith(name));
  await page.waitForSelector('#sheet[data-ready]');
  assert.equal(await page.inputValue(subject), 'trích yếu bị từ chối');
  assert.equal(await page.inputValue(date), '18/6/2019');
  assert.ok(await page.locator('.restored').isVisible());
  await page.waitForSelector(STRIP);
  await page.locator(subject).press('Escape');
  await page.keyboard.press('a');
  await stored(name, 'subject', 'trích yếu bị từ chối');
  await stored(name, 'issuedDate', '2019-06-18');
  await page.waitForSelector('#unsaved', { state: 'hidden' });
  await context.close();
});

test('dates are typed as offices write them, and an impossible one goes nowhere', { timeout: 120_000 }, async () => {
  const [{ name }] = (await waiting()).slice(-1);
  const { context, page, wrong } = await reviewing(name);
  let sent = 0;
  page.on('request', (request) => { if (request.method() === 'POST' && request.url().includes('/api/review/')) sent += 1; });
  const echo = page.locator('#echo-issuedDate');
  for (const typed of ['12/12/2017', '12-12-17', '12122017', '12.12.2017', '2017-12-12']) {
    await page.fill(date, typed);
    assert.equal(await echo.innerText(), 'thứ Ba, 12/12/2017', typed);
  }
  await page.fill(date, '31/2/2017');
  assert.equal(await echo.innerText(), 'Lịch không có ngày này; hãy xem lại');
  const { pathname } = new URL(page.url());
  // Even where its tab is closed.
  await page.click('[role="tab"][aria-controls="tab-text"]');
  await page.keyboard.press('a');
  await page.waitForTimeout(300);
  assert.ok(await page.locator(date).isVisible());
  assert.equal(new URL(page.url()).pathname, pathname);
  assert.equal(sent, 0);
  await check(page, wrong, 'an impossible date');
  await page.fill(date, '12122017');
  await page.click('.decide button:not(.first):not(.grave)');
  await stored(name, 'issuedDate', '2017-12-12');
  // Saved, it is shown as it is written; now the day alone is corrected.
  await page.waitForFunction((date) => document.querySelector(date)?.defaultValue === '12/12/2017', date);
  await page.waitForSelector('#sheet[data-ready]');
  await page.fill(date, '18');
  assert.equal(await echo.innerText(), 'thứ Hai, 18/12/2017');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await stored(name, 'issuedDate', '2017-12-18');
  await context.close();
});

test('pages are turned and keys looked up without losing what is typed, and leaving is asked about', { timeout: 120_000 }, async () => {
  const [{ name, pages }] = await waiting();
  assert.ok(pages.length > 1);
  const { context, page, wrong, said } = await reviewing(name);
  await page.fill(subject, 'gõ trước khi lật trang');
  await page.click('[role="tab"][aria-controls="tab-text"]');
  const word = page.locator('#text button.word').first();
  await word.click();
  await page.keyboard.type('Sửa');
  await page.keyboard.press('Enter');
  assert.equal(await word.innerText(), 'Sửa');
  await page.keyboard.press(']');
  await page.waitForURL(/page=2/);
  await page.waitForSelector('#sheet[data-ready]');
  assert.equal(await page.inputValue(subject), 'gõ trước khi lật trang');
  await page.keyboard.press('[');
  await page.waitForURL(/page=1/);
  await page.waitForSelector('#sheet[data-ready]');
  assert.equal(await page.inputValue(subject), 'gõ trước khi lật trang');
  assert.equal(await page.locator('#text button.word').first().textContent(), 'Sửa');
  // The keys are shown over the page, and decide nothing meanwhile.
  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  await check(page, wrong, 'keys over a document');
  await page.keyboard.press('a');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#keys', { state: 'hidden' });
  assert.match(page.url(), /page=1/);
  // Leaving is asked about; whoever stays has lost nothing, nor who leaves and comes back.
  const asked = [];
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    if (asked.length === 1) await dialog.dismiss(); else await dialog.accept();
  });
  await page.click('.head nav a[href="/records"]', { noWaitAfter: true });
  await page.waitForTimeout(300);
  assert.match(page.url(), /page=1/);
  await page.click('.head nav a[href="/records"]');
  await page.waitForURL(/\/records$/);
  assert.deepEqual(asked, ['beforeunload', 'beforeunload']);
  await page.goto(`${server.address}/review/${encodeURIComponent(name)}`);
  await page.waitForSelector('#sheet[data-ready]');
  assert.equal(await page.inputValue(subject), 'gõ trước khi lật trang');
  assert.ok(await page.locator('.restored').isVisible());
  const known = ((await about(name)).decisions ?? []).length;
  await page.locator(subject).press('Escape');
  await page.keyboard.press('a');
  const decisions = await stored(name, 'subject', 'gõ trước khi lật trang');
  assert.deepEqual(decisions.slice(known).map(({ act }) => act), ['correct-field', 'correct-word', 'accept']);
  // What is said covers no button.
  await page.waitForFunction(() => !document.getElementById('notice').hidden);
  if (await page.locator('.decide').count()) {
    const notice = await page.locator('#notice').boundingBox();
    for (const button of await page.locator('.decide button, .decide input').all()) {
      const { x, y, width, height } = await button.boundingBox();
      const apart = x >= notice.x + notice.width || notice.x >= x + width || y >= notice.y + notice.height || notice.y >= y + height;
      assert.ok(apart, 'the notice covers a button');
    }
  }
  assert.ok(said.length > 0);
  await context.close();
});
