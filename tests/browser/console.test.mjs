// The console as archivist, reviewer and administrator use it, in both languages.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { check, open, signedIn } from './browser.mjs';
import { PASSWORD, Server } from './server.mjs';

const { TEST_PROGRAM: program, TEST_HOME: home, TEST_SCREENS: screens, TEST_FILES: deliveries } = process.env;
const languages = ['vi', 'en'];
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

/** Addresses of one thing of each kind. */
async function things() {
  const { said: runs } = await server.ask('GET', '/api/runs', undefined, admin);
  const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
  const { said: { items: waiting } } = await server.ask('GET', '/api/review', undefined, admin);
  const first = waiting.find(({ dossier }) => dossier.includes('cau-phao')) ?? waiting[0];
  const document = encodeURIComponent(`${first.dossier}#${first.document.split('#').pop()}`);
  return { run: runs.items.at(-1).id, dossier: encodeURIComponent(records.items[0].object), document };
}

test('every screen of every role is whole in both languages, at a desk and on a phone', async () => {
  const { run, dossier, document } = await things();
  const reading = ['/search?q=ho%20so', '/records', `/records/${dossier}`, `/documents/${document}?q=so`];
  const watching = ['/runs', `/runs/${run}`, '/failures'];
  const roles = {
    archivist: ['/', '/uploads', ...watching, ...reading, '/account', '/keys', '/help'],
    reviewer: ['/', '/review', `/review/${document}`, ...watching],
    admin: ['/', '/plant', '/people', '/audit', `/review/${document}`],
  };
  for (const language of languages) {
    for (const [role, addresses] of Object.entries(roles)) {
      const { context, page, wrong } = await signedIn(browser, server, role, language);
      for (const address of addresses) {
        await page.goto(server.address + address);
        if (await page.locator('#sheet').count()) await page.waitForSelector('#sheet[data-ready]');
        await check(page, wrong, `${language} ${role} ${address}`);
        const name = address === '/' ? 'home' : address.split('?')[0].split('/').filter(Boolean).map((part) => (part.length > 20 ? 'one' : part)).join('-');
        await page.screenshot({ path: path.join(screens, `${language}-${role}-${name}.png`) });
        if (language === 'vi' && role === 'reviewer' && address.startsWith('/review/')) await page.screenshot({ path: path.join(screens, 'readme-review.png') });
        await page.setViewportSize({ width: 390, height: 844 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 390, `${address} is ${wide} px wide on a phone`);
        await page.setViewportSize({ width: 1366, height: 768 });
      }
      await context.close();
    }
  }
});

test('a run is told in time, its stages filter what failed, and that is seen in pictures or words', async () => {
  const { said: failed } = await server.ask('GET', '/api/failures', undefined, admin);
  const torn = failed.find((one) => one.file.endsWith('hai trang.pdf'));
  const { said: told } = await server.ask('GET', `/api/runs/${torn.batch}/timeline`, undefined, admin);
  for (const [role, language] of [['archivist', 'vi'], ['reviewer', 'en'], ['admin', 'en']]) {
    const { context, page, wrong } = await signedIn(browser, server, role, language);
    await page.goto(`${server.address}/runs/${torn.batch}`);
    await page.waitForSelector('#timeline[data-ready] canvas');
    await check(page, wrong, `${language} ${role} timeline`);
    // The table says the same as the chart: its last row is the end of the run.
    await page.click('section:has(#timeline) summary');
    const last = await page.locator('#timeline-table tbody tr').last().locator('td').allInnerTexts();
    const end = told.points.at(-1);
    assert.deepEqual(last.slice(1).map(Number), [end.in, end.read, end.stored, end.review, end.refused, end.held]);
    await page.screenshot({ path: path.join(screens, `${language}-${role}-timeline.png`), fullPage: true });
    // Each stage has its own failures.
    assert.equal(await page.locator('#failures .grouped > li').count(), 2);
    await page.click('.stages a[href*="stage=read"]');
    await page.waitForURL(/stage=read/);
    assert.equal(await page.locator('#failures .grouped > li').count(), 1);
    assert.equal(await page.locator('.stages [aria-current="true"]').count(), 1);
    // The console's script may come later than the news that a picture cannot be drawn.
    const drawn = () => page.waitForFunction(() => document.querySelector('.shot img')?.complete);
    await page.route(/\/console[^/]*\.js/, async (route) => { await drawn(); await route.continue(); }, { times: 1 });
    await page.click('.stages li.chosen dd a');
    await page.waitForURL(/\/failures\?run=.*stage=read/);
    assert.equal(await page.locator('.failing > li').count(), 1);
    // Its page cannot be drawn: the page that could be read stands there, and says so.
    await page.waitForSelector('[data-note]:not([hidden])');
    await page.waitForFunction(() => document.querySelector('.shot img')?.naturalWidth === 240);
    assert.ok((await page.getAttribute('.shot img', 'alt')).includes('1: '));
    await check(page, wrong, `${language} ${role} failures of a stage`);
    await page.goto(`${server.address}/failures?run=${torn.batch}`);
    await page.waitForSelector('.shot.words');
    assert.match(await page.innerText('.shot.words'), /DOCX/);
    await check(page, wrong, `${language} ${role} failures`);
    assert.equal(await page.locator('button[data-api*="class=input"]').count() > 0, role === 'admin');
    await page.screenshot({ path: path.join(screens, `${language}-${role}-failed.png`), fullPage: true });
    for (const address of [`/failures?run=${torn.batch}`, `/runs/${torn.batch}`]) {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(server.address + address);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${address} is ${wide} px wide on a phone`);
    }
    await context.close();
  }
});

test('a document is seen as the public would see it, and a page that was not read is not shown so', async () => {
  const { document } = await things();
  const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
  const torn = encodeURIComponent(`${records.items.find((one) => one.code === 'rách').object}#1`);
  for (const language of languages) {
    const { context, page, wrong } = await signedIn(browser, server, 'archivist', language);
    await page.goto(`${server.address}/documents/${document}`);
    await page.waitForSelector('#sheet[data-ready]');
    await page.click('a[href*="/public?page=1"]');
    await page.waitForFunction(() => document.querySelector('img.masked')?.naturalWidth > 0);
    assert.ok((await page.getAttribute('img.masked', 'src')).endsWith('masked=true'));
    await check(page, wrong, `${language} public`);
    await page.screenshot({ path: path.join(screens, `${language}-archivist-public.png`), fullPage: true });
    await page.goto(`${server.address}/documents/${torn}/public?page=2`);
    assert.equal(await page.locator('img.masked').count(), 0);
    await check(page, wrong, `${language} public, not read`);
    await context.close();
  }
});

test('in the dark every word can be read too', async () => {
  const { document } = await things();
  const { context, page, wrong } = await signedIn(browser, server, 'admin', 'vi', { colorScheme: 'dark' });
  for (const address of ['/', '/plant', '/people', `/review/${document}`, '/search?q=ho%20so']) {
    await page.goto(server.address + address);
    if (await page.locator('#sheet').count()) await page.waitForSelector('#sheet[data-ready]');
    await check(page, wrong, `dark ${address}`);
  }
  await page.screenshot({ path: path.join(screens, 'vi-admin-dark.png') });
  await context.close();
});

test('a wrong password is told in the language of the page, and who has not signed in sees nothing', async () => {
  for (const [language, said] of [['vi', 'tên hoặc mật khẩu không đúng'], ['en', 'name or password is wrong']]) {
    const context = await browser.newContext();
    await context.addCookies([{ name: 'sohoa-language', value: language, url: server.address }]);
    const page = await context.newPage();
    await page.goto(`${server.address}/runs`);
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await page.fill('[name=name]', 'archivist');
    await page.fill('[name=password]', 'not the password');
    await page.click('button.first');
    await page.waitForFunction((said) => document.querySelector('.wrong').textContent === said, said);
    await page.screenshot({ path: path.join(screens, `${language}-sign-in.png`) });
    await context.close();
  }
});

test('where there is no page, who is signed in finds the way to the others, and nobody else sees it', async () => {
  const { context, page } = await signedIn(browser, server, 'reader', 'vi');
  for (const [address, status, said] of [
    ['/nowhere', 404, 'không có gì ở địa chỉ này'],
    ['/documents/none', 400, 'none không có dạng HỒ-SƠ#SỐ'],
    ['/people', 403, 'vai trò'],
  ]) {
    const answer = await page.goto(server.address + address);
    assert.equal(answer.status(), status, address);
    assert.ok((await page.locator('.problem').innerText()).includes(said), `${address}: ${await page.locator('.problem').innerText()}`);
    assert.ok(await page.locator('.head nav a[href="/records"]').isVisible(), address);
  }
  await context.clearCookies();
  assert.equal((await page.goto(`${server.address}/nowhere`)).status(), 404);
  assert.equal(await page.locator('.head nav a').count(), 0);
  await context.close();
});

test('the audit is asked by what the page calls things, and what is long opens', async () => {
  const { context, page, wrong } = await signedIn(browser, server, 'admin', 'vi');
  await page.goto(`${server.address}/audit?kind=${encodeURIComponent('Mo ta')}`);
  const said = await page.locator('tr[data-row] td:nth-child(3)').allInnerTexts();
  assert.ok(said.length > 0 && said.every((what) => what === 'mô tả văn bản'), `${said}`);
  const first = page.locator('tr[data-row] details').first();
  const closed = (await first.boundingBox()).height;
  await first.locator('summary').click();
  await page.waitForFunction((closed) => document.querySelector('tr[data-row] details').getBoundingClientRect().height > closed, closed);
  assert.deepEqual(wrong, []);
  await context.close();
});

/** The code that an authenticator app shows, now or some steps of half a minute later (RFC 6238). */
function appCode(secret, steps = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = crypto.createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('an authenticator app is set up, asked for and ended again', async () => {
  const { context, page, wrong } = await signedIn(browser, server, 'reader', 'vi');
  await page.goto(`${server.address}/account`);
  await page.fill('form[data-api="POST /api/session/totp"] [name=password]', PASSWORD);
  await page.click('form[data-api="POST /api/session/totp"] button');
  await page.waitForSelector('#scan:not([hidden])');
  await page.waitForFunction(() => document.querySelector('.qr').naturalWidth > 0);
  await check(page, wrong, 'scan');
  await page.screenshot({ path: path.join(screens, 'vi-reader-scan.png') });
  const secret = await page.innerText('[data-said=secret]');
  await page.fill('#scan [name=code]', appCode(secret));
  await page.click('#scan button');
  await page.waitForSelector('#codes:not([hidden]) li');
  const codes = await page.locator('#codes li').allInnerTexts();
  assert.equal(codes.length, 8);
  await check(page, wrong, 'recovery codes');
  await page.click('.who button');
  await page.waitForURL(`${server.address}/sign-in`);
  await page.fill('[name=name]', 'reader');
  await page.fill('[name=password]', PASSWORD);
  await page.click('button.first');
  await page.waitForSelector('[data-second]:not([hidden])');
  assert.equal(await page.locator('[name=password]').isVisible(), false);
  // The first answer says that a code is needed, which a browser writes down as an error.
  await check(page, wrong.splice(0).filter((one) => !one.includes('403')), 'second step');
  await page.screenshot({ path: path.join(screens, 'vi-second-step.png') });
  await page.fill('[name=code]', appCode(secret, 1));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${server.address}/`);
  await page.goto(`${server.address}/account`);
  await page.fill('form[data-api="DELETE /api/session/totp"] [name=password]', PASSWORD);
  await page.fill('form[data-api="DELETE /api/session/totp"] [name=code]', codes[0]);
  await page.click('form[data-api="DELETE /api/session/totp"] button');
  await page.waitForSelector('form[data-api="POST /api/session/totp"]');
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a reviewer corrects and accepts with the keyboard alone, and the next document comes', async () => {
  const { said: { items: before } } = await server.ask('GET', '/api/review', undefined, admin);
  const { context, page, wrong } = await signedIn(browser, server, 'reviewer', 'vi');
  await page.goto(`${server.address}/review`);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#sheet[data-ready]');
  const address = decodeURIComponent(new URL(page.url()).pathname.split('/').pop());
  const waiting = async () => (await server.ask('GET', '/api/review', undefined, admin)).said.items.length;
  const decide = async () => {
    await page.waitForSelector('#sheet[data-ready]');
    await page.focus('[name="fields.subject"]');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('trích yếu do người duyệt nhập');
    await page.keyboard.press('Escape');
    const decided = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/api/review/'));
    await page.keyboard.press('a');
    assert.equal((await decided).status(), 200);
    await page.waitForURL((url) => !decodeURIComponent(url.pathname).endsWith(address));
    assert.deepEqual(wrong, []);
    assert.equal(await waiting(), before.length - 1);
  };
  await decide();
  // Taken back, the document waits again as it was; then it is decided once more.
  await page.waitForSelector('#notice button');
  await check(page, wrong, 'a document was decided');
  await page.keyboard.press('Control+z');
  await page.waitForURL((url) => decodeURIComponent(url.pathname).endsWith(address));
  assert.equal(await waiting(), before.length);
  assert.notEqual(await page.inputValue('[name="fields.subject"]'), 'trích yếu do người duyệt nhập');
  await decide();
  const { said: record } = await server.ask('GET', `/api/records/${encodeURIComponent(address.split('#')[0])}`, undefined, admin);
  const document = record.documents.find((one) => one.number === Number(address.split('#').pop()));
  assert.equal(document.description.fields.subject.value, 'trích yếu do người duyệt nhập');
  assert.ok(document.decisions.every((decision) => decision.author === 'reviewer'));
  // The index follows the event log, a moment behind the decision.
  const search = `${server.address}/search?q=%22do%20người%20duyệt%20nhập%22`;
  for (const end = Date.now() + 10_000; Date.now() < end && await page.goto(search).then(() => page.locator('.hit').count()) === 0;) await page.waitForTimeout(100);
  assert.equal(await page.locator('.hit').count() > 0, true);
  await context.close();
});

/** Lines over time, and the plant that tells which of them are at risk. */
async function overTime(page, wrong) {
  const rows = page.locator('.timeline tbody tr');
  assert.equal(await rows.count(), 2);
  // L1 has begun and nothing of it is done; L2 begins next year.
  assert.match(await rows.first().innerText(), /L1/);
  assert.match(await rows.first().locator('svg[role=img]').getAttribute('aria-label'), /^01\/01\/2026–31\/12\/2099; Đạt: 0,0 %/);
  assert.ok((await rows.first().locator('.span').boundingBox()).width > 100);
  for (const [name, options] of [['phone', { width: 390, height: 844 }], ['desk', { width: 1366, height: 768 }]]) {
    await page.setViewportSize(options);
    await check(page, wrong, `lines over time, ${name}`);
    await page.screenshot({ path: path.join(screens, `vi-timeline-${name}.png`), fullPage: true });
  }
  await page.goto(`${server.address}/roadmap?state=risk`);
  assert.equal(await page.locator('.timeline tbody tr').count(), 1);
  for (const language of ['en', 'vi']) {
    await page.context().addCookies([{ name: 'sohoa-language', value: language, url: server.address }]);
    await page.goto(`${server.address}/plant`);
    assert.equal(await page.locator('#at-risk tbody tr').count(), 1);
    assert.equal(await page.locator('#at-risk tbody a').first().getAttribute('href'), '/roadmap/lines/L1');
    assert.match(await page.innerText('#accepted-today'), /^0 /);
    await check(page, wrong, `${language} plant with lines at risk`);
    await page.screenshot({ path: path.join(screens, `${language}-plant-lines.png`), fullPage: true });
  }
}

/** The line of an upload is chosen as it is opened and on its page; what its list names wrongly is told there. */
async function lineOfUpload(page, wrong) {
  await page.goto(`${server.address}/uploads`);
  await page.fill('[name=name]', 'Lô có chỉ tiêu');
  await page.fill('[name=target]', 'L1');
  await check(page, wrong, 'a new upload with a line');
  await page.click('form[data-api="POST /api/uploads"] button.first');
  await page.waitForSelector('#upload[data-ready]');
  await page.waitForSelector('#line-now:has-text("L1 · do người chọn")');
  assert.equal(await page.inputValue('#line'), 'L1');
  const list = 'Tên tệp,Trích yếu,Mã dòng lộ trình\n1.png,Tờ trình,L9\n';
  await page.setInputFiles('#single', [{ name: 'manifest.csv', mimeType: 'text/csv', buffer: Buffer.from(list) }]);
  await page.waitForSelector('#line-findings li:has-text("L9, không lộ trình nào có")');
  await page.selectOption('#line', '');
  await page.waitForSelector('#line-now:has-text("ngoài lộ trình")');
  await check(page, wrong, 'the line of an upload');
  await page.screenshot({ path: path.join(screens, 'vi-upload-line.png'), fullPage: true });
  await page.click('summary:has-text("Bỏ cả đợt")');
  await page.fill('form[data-query=name] [name=name]', 'Lô có chỉ tiêu');
  await page.click('form[data-query=name] button');
  await page.waitForURL(/\/uploads$/);
}

const COLUMNS = 'Mã,Nội dung,Đơn vị,Khối,Giai đoạn,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Ưu tiên';
const csv = (...lines) => ({ name: 'chi-tieu.csv', mimeType: 'text/csv', buffer: Buffer.from([COLUMNS, ...lines].join('\n')) });

test('a plan is taken and adjusted, a run counts for its line, and a lot is drawn, looked at and judged', async () => {
  const { context, page, wrong } = await signedIn(browser, server, 'admin', 'vi');
  await page.goto(`${server.address}/roadmap`);
  const template = await page.request.get(`${server.address}/api/roadmap/template`);
  await page.setInputFiles('#plan [name=file]', { name: 'mau.xlsx', mimeType: 'application/octet-stream', buffer: await template.body() });
  await page.click('#plan button');
  await page.click('#plan-said button.first');
  await page.waitForSelector('h2:has-text("12/QĐ-UBND")');
  // Wrong cells are told by their names, and nothing is kept.
  await page.setInputFiles('#plan [name=file]', csv('L1,Hồ sơ mẫu,local,Sở,2026,bó,nhiều,31/2/2027,3'));
  await page.click('#plan button');
  await page.waitForSelector('#plan-said .wrong');
  const told = await page.innerText('#plan-said');
  for (const cell of ['F2', 'G2', 'H2']) assert.ok(told.includes(`${cell}: `) && !told.includes('write'), told);
  await page.screenshot({ path: path.join(screens, 'vi-admin-roadmap-wrong.png') });
  await page.fill('#plan [name=decision]', '15/QĐ-UBND');
  await page.fill('#plan [name=reason]', 'thêm chỉ tiêu');
  await page.setInputFiles('#plan [name=file]', csv('L1,Hồ sơ mẫu <b>,local,Sở,2026,trang,40,31/12/2099,3', 'L2,Hồ sơ khác,SNV,Sở,2027,hồ sơ,"1.200",31/12/2027,1'));
  await page.click('#plan button');
  await page.click('#plan-said button.first');
  await page.waitForSelector('a[href="/roadmap/lines/L1"]');
  await overTime(page, wrong);
  await lineOfUpload(page, wrong);
  const { run } = await things();
  const form = await page.locator('meta[name=form-key]').getAttribute('content');
  const attached = await page.request.put(`${server.address}/api/runs/${run}/line`, { data: { target: 'L1' }, headers: { 'x-form-key': form } });
  assert.equal(attached.status(), 204);
  await page.goto(`${server.address}/roadmap/lines/L1`);
  await page.waitForSelector('#burn-up[data-ready] canvas');
  await check(page, wrong, 'line');
  await page.fill('[name=factor]', '2');
  await page.click('form[action="/roadmap/lines/L1"] button');
  await page.waitForURL(/factor=2/);
  await page.waitForSelector('#burn-up[data-ready] canvas');
  await page.click('form[data-api="POST /api/lots"] button.first');
  await page.waitForURL(/\/lots\//);
  // The first page of the sample has a defect of the gravest kind, the others are good: the whole lot goes back. No mouse is needed.
  await page.waitForSelector('.sample[data-ready]');
  const count = await page.locator('.sample > li').count();
  assert.ok(count > 1);
  await page.keyboard.press('?');
  await page.waitForSelector('#sample-keys[open] kbd:has-text("Enter")');
  await check(page, wrong, 'keys of a lot');
  await page.keyboard.press('j');
  for (const key of ['1', '2', '2']) await page.keyboard.press(key);
  assert.deepEqual(await page.locator('.sample > li:first-child input:checked').evaluateAll((boxes) => boxes.map((box) => box.value)), ['missing-page']);
  for (let place = 0; place < count; place += 1) {
    await page.waitForFunction((place) => document.querySelectorAll('.sample > li')[place] === document.activeElement, place);
    const kept = page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().includes('/pages/'));
    await page.keyboard.press('Enter');
    assert.equal((await kept).status(), 200);
    await page.waitForFunction((place) => document.querySelectorAll('.sample > li')[place].innerText.match(/[✓✗]/), place);
  }
  assert.deepEqual(await page.locator('.sample > li').evaluateAll((all) => all.map((one) => one.classList.contains('bad') || /✗/.test(one.innerText))), [true, ...Array(count - 1).fill(false)]);
  await check(page, wrong, 'lot');
  await page.screenshot({ path: path.join(screens, 'vi-admin-lot.png') });
  await page.fill('form[data-api$="/judge"] [name=note]', 'thiếu trang 1');
  await page.click('form[data-api$="/judge"] button');
  await page.waitForSelector('h1:has-text("trả lại cả lô")');
  const lot = page.url().split('/').pop();
  for (const kind of ['docx', 'pdf', 'xlsx']) {
    const minutes = await page.request.get(`${server.address}/api/lots/${lot}/minutes/${kind}`);
    assert.ok(minutes.ok() && (await minutes.body()).length > 2_000, kind);
  }
  await context.close();
  for (const [role, language] of [['admin', 'vi'], ['admin', 'en'], ['archivist', 'vi'], ['archivist', 'en']]) {
    const { context, page, wrong } = await signedIn(browser, server, role, language);
    for (const [name, address] of [['roadmap', '/roadmap'], ['line', '/roadmap/lines/L1'], ['lot', `/lots/${lot}`]]) {
      await page.goto(server.address + address);
      if (name === 'line') await page.waitForSelector('#burn-up[data-ready] canvas');
      await check(page, wrong, `${language} ${role} ${address}`);
      await page.screenshot({ path: path.join(screens, `${language}-${role}-${name}.png`) });
      await page.setViewportSize({ width: 390, height: 844 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${address} is ${wide} px wide on a phone`);
      await page.setViewportSize({ width: 1366, height: 768 });
    }
    // Only who steers draws and judges; a unit that is not one's own is not seen.
    await page.goto(`${server.address}/roadmap/lines/L1`);
    assert.equal(await page.locator('form[data-api="POST /api/lots"]').count(), role === 'admin' ? 1 : 0);
    await page.goto(`${server.address}/roadmap`);
    assert.equal(await page.locator('.timeline a[href="/roadmap/lines/L2"]').count(), role === 'admin' ? 1 : 0);
    assert.equal(await page.locator('#plan').count(), role === 'admin' ? 1 : 0);
    await context.close();
  }
});

test('a delivery survives a lost line, a reload and a killed server, is matched with its list, and becomes a run', async () => {
  const { context, page, wrong } = await signedIn(browser, server, 'archivist', 'vi');
  await page.goto(`${server.address}/uploads`);
  await page.fill('[name=name]', 'Lô thử');
  await page.click('button.first');
  await page.waitForSelector('#upload[data-ready]');
  const folder = path.join(deliveries, 'lo-thu');
  const sent = fs.readdirSync(folder, { recursive: true }).filter((name) => /\.(png|jpg)$/.test(name)).length;
  await page.setInputFiles('#folder', folder);
  await context.setOffline(true);
  await page.waitForSelector('#pause:not([hidden])');
  await context.setOffline(false);
  await server.kill();
  await server.again();
  page.once('dialog', (dialog) => dialog.accept());
  await page.reload();
  await page.waitForSelector('#upload[data-ready]');
  await page.setInputFiles('#folder', folder);
  const counted = (name) => page.locator(`[data-count="${name}"]`).first().innerText();
  await page.waitForFunction(() => !document.getElementById('without').hidden, undefined, { timeout: 60_000 });
  assert.equal(await counted('missing'), '1');
  await page.screenshot({ path: path.join(screens, 'readme-upload.png') });
  await check(page, wrong.filter((one) => !/net::ERR_/.test(one)), 'upload');
  await page.setInputFiles('#folder', path.join(deliveries, 'them/lo-thu'));
  await page.waitForFunction(() => !document.getElementById('start').disabled, undefined, { timeout: 60_000 });
  assert.equal(Number(await counted('received')) + Number(await counted('duplicate')) + Number(await counted('refused')), sent + 1);
  await page.click('#start');
  await page.waitForURL(/\/runs\//);
  const run = page.url().split('/').pop();
  // The page tells by itself when the run has ended.
  await page.waitForSelector('#balance .state.finished', { timeout: 300_000 });
  const { said } = await server.ask('GET', `/api/runs/${run}`, undefined, admin);
  assert.equal(said.balance.files.received, sent + 1);
  assert.equal(said.balance.files.duplicate, 1);
  assert.equal(said.balance.pages.open, 0);
  await page.screenshot({ path: path.join(screens, 'readme-run.png') });
  await context.close();
});

test('hostile names are text everywhere', async () => {
  const { context, page, wrong } = await signedIn(browser, server, 'admin', 'en');
  page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
  const hostile = records.items.filter((one) => one.code.includes('<'));
  assert.ok(hostile.length > 0);
  for (const one of hostile) {
    for (const address of [`/records`, `/records/${encodeURIComponent(one.object)}`, `/documents/${encodeURIComponent(`${one.object}#1`)}`, `/review/${encodeURIComponent(`${one.object}#1`)}`, '/review', `/search?q=${encodeURIComponent(`"><script>alert(1)</script> ${one.code}`)}`]) {
      await page.goto(server.address + address);
      const bodies = await page.evaluate(() => document.querySelectorAll('main script, main img[onerror], main svg[onload], main iframe').length);
      assert.equal(bodies, 0, address);
      await check(page, wrong, address);
    }
  }
  await page.goto(`${server.address}/sign-in?to=https://elsewhere.example/`);
  assert.equal(await page.getAttribute('form[data-api]', 'data-then'), '/');
  await context.close();
});

test('the first page is light', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let bytes = 0;
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const scripts = new Set();
  session.on('Network.responseReceived', ({ requestId, type }) => { if (type === 'Script') scripts.add(requestId); });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { if (scripts.has(requestId)) bytes += encodedDataLength; });
  await page.goto(`${server.address}/sign-in`, { waitUntil: 'networkidle' });
  assert.ok(bytes > 0 && bytes < 200_000, `${bytes} bytes of script`);
  await context.close();
});
