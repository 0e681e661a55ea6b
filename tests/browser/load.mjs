// How a large delivery goes through the page: `node load.mjs PROGRAM [FILES] [BYTES] [DISCONNECTS] [KILLS]` prints figures.
// The line is cut again and again, and the server is killed once in the middle, unless KILLS is 0.
// Needs the libraries of package-lock.json beside it: `npm ci`.

import { createHash, randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { open, signedIn } from './browser.mjs';
import { Server } from './server.mjs';

const [program, count = '10000', bytes = '200000', disconnects = '20', kills = '1'] = process.argv.slice(2);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sohoa-load-'));
const home = path.join(work, 'home');
fs.mkdirSync(home);

// Files that begin as JPEG do; what follows is noise.
const folder = path.join(work, 'lô lớn');
const sums = new Map();
const buffer = Buffer.alloc(Number(bytes));
for (let number = 0; number < Number(count); number += 1) {
  const place = path.join(folder, `hồ sơ ${Math.floor(number / 100)}`);
  if (number % 100 === 0) fs.mkdirSync(place, { recursive: true });
  randomFillSync(buffer);
  buffer.write('ffd8ffe000104a46494600', 0, 'hex');
  const name = path.join(place, `tờ ${number % 100}.jpg`);
  fs.writeFileSync(name, buffer);
  sums.set(path.relative(work, name), createHash('sha256').update(buffer).digest('hex'));
}

const server = await Server.start(program, home);
const admin = await server.people('local');
const browser = await open();
const { context, page } = await signedIn(browser, server, 'archivist', 'vi');
await page.goto(`${server.address}/uploads`);
await page.fill('[name=name]', 'Lô lớn');
await page.click('button.first');
await page.waitForSelector('#upload[data-ready]');
const api = await page.getAttribute('#upload', 'data-api');
const began = Date.now();
await page.setInputFiles('#folder', folder);
const received = async () => Number((await page.locator('[data-count="received"]').first().innerText()).replace(/\D/g, ''));
let cuts = 0;
let killed = 0;
for (;;) {
  const done = await received();
  if (done >= sums.size) break;
  if (killed < Number(kills) && done > sums.size / 2) {
    killed += 1;
    await server.kill();
    await server.again();
  } else if (cuts < Number(disconnects) && done > (sums.size * cuts) / (Number(disconnects) + 1)) {
    cuts += 1;
    await context.setOffline(true);
    await page.waitForTimeout(300);
    await context.setOffline(false);
  }
  await page.waitForTimeout(250);
}
await page.waitForFunction(() => !document.getElementById('start').disabled);
const seconds = (Date.now() - began) / 1000;

// What the server has, file by file.
let wrong = 0;
let here = 0;
let after = '';
do {
  const { said } = await server.ask('GET', `${api}/files?limit=1000&after=${after}`, undefined, admin);
  for (const file of said.items) {
    here += 1;
    if (file.state !== 'received' || file.sha256 !== sums.get(file.path)) wrong += 1;
  }
  after = said.next;
} while (after);
await page.click('#start');
await page.waitForURL(/\/runs\//);
const run = page.url().split('/').pop();
let files = 0;
while (files < sums.size) {
  files = (await server.ask('GET', `/api/runs/${run}/overview`, undefined, admin)).said.files;
  await page.waitForTimeout(500);
}
const total = (sums.size * Number(bytes)) / 1e6;
console.log(`${sums.size} files, ${total.toFixed(0)} MB in ${seconds.toFixed(1)} s (${(total / seconds).toFixed(1)} MB/s), ${cuts} cuts of the line, server killed ${killed} times`);
console.log(`on the server ${here}, of them wrong ${wrong}; files of the run ${files}`);
await browser.close();
await server.kill();
fs.rmSync(work, { recursive: true });
process.exit(here === sums.size && wrong === 0 && files === sums.size ? 0 : 1);
