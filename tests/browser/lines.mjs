// How soon the progress of 100,000 lines with what five years of work leave for each of them is told: figures, not a judgement.
//   node lines.mjs PROGRAM
// Needs python3, whose sqlite3 writes the work of five years into the catalogue.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { open, signedIn } from './browser.mjs';
import { Server } from './server.mjs';

const LINES = 100_000;
const YEARS = 5;
const [program] = process.argv.slice(2);
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'sohoa-lines-'));
const sohoa = (...what) => execFileSync(program, ['--home', home, ...what], { stdio: ['ignore', 'ignore', 'inherit'] });

const plan = path.join(home, 'plan.xlsx');
const lines = path.join(home, 'lines.csv');
const head = 'Mã,Nội dung,Đơn vị,Khối,Giai đoạn,Đơn vị tính,Chỉ tiêu,Tổng số trang,Hạn hoàn thành,Ưu tiên';
const blocks = ['Sở', 'Huyện', 'Xã'];
const line = (at) => [`L${at}`, `Hồ sơ nhóm ${at}`, `U${at % 300}`, blocks[at % 3], 2026 + (at % 2), 'hồ sơ', 300 + (at % 500), 6000 + (at % 7000), `31/12/${2026 + (at % 2)}`, 1 + (at % 3)].join(',');
fs.writeFileSync(lines, [head, ...Array.from({ length: LINES }, (_, at) => line(at))].join('\n'));
sohoa('roadmap', 'template', plan);
sohoa('roadmap', 'import', plan, '--by', 'lan');
sohoa('roadmap', 'import', lines, '--by', 'lan');

// Sums of every step, and each of the last 40 days.
const today = Math.floor(Date.now() / 86_400_000);
const done = YEARS * 365;
const accepted = Array.from({ length: 40 }, (_, back) => [today - 40 + back, 3, 1, 0]).flat();
const work = JSON.stringify({ steps: [...Array(4).fill([3 * done, done, 0]).flat(), 0, 0, 0], accepted });
execFileSync('python3', ['-c', `import sqlite3, sys
catalog = sqlite3.connect(sys.argv[1]); catalog.execute('UPDATE roadmap_lines SET work = ?, work_version = 1', (sys.argv[2],)); catalog.commit()`, path.join(home, 'catalog.db'), work]);

const server = await Server.start(program, home);
const admin = await server.people('local');
const timed = async (name, ask) => {
  const times = [];
  for (let round = 0; round < 6; round += 1) {
    const began = performance.now();
    await ask();
    times.push((performance.now() - began).toFixed(0));
  }
  console.log(`${name}: ${times.join(', ')} ms`);
};
await timed('/api/roadmap', () => server.ask('GET', '/api/roadmap', undefined, admin));
await timed('/api/roadmap/lines/L7', () => server.ask('GET', '/api/roadmap/lines/L7', undefined, admin));
const browser = await open();
const { context, page } = await signedIn(browser, server, 'admin', 'vi');
await timed('page /roadmap', () => page.goto(`${server.address}/roadmap`, { waitUntil: 'load' }));
await timed('page /plant', () => page.goto(`${server.address}/plant`, { waitUntil: 'load' }));
await context.close();
await browser.close();
await server.kill();
fs.rmSync(home, { recursive: true });
