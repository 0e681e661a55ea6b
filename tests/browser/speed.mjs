// How long each page takes until it can be used: figures, not a judgement.
//   node speed.mjs PROGRAM HOME

import { open, signedIn } from './browser.mjs';
import { Server } from './server.mjs';

const [program, home] = process.argv.slice(2);
const server = await Server.start(program, home);
const admin = await server.people('local');
const { said: runs } = await server.ask('GET', '/api/runs', undefined, admin);
const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
const { said: { items: waiting } } = await server.ask('GET', '/api/review', undefined, admin);
const addresses = ['/', '/plant', '/uploads', '/runs', '/review', '/records', '/roadmap', '/people', '/audit', '/search?q=ho%20so'];
if (runs.items.length > 0) addresses.push(`/runs/${runs.items[0].id}`);
if (records.items.length > 0) addresses.push(`/records/${encodeURIComponent(records.items[0].object)}`);
if (waiting.length > 0) addresses.push(`/review/${encodeURIComponent(`${waiting[0].dossier}#${waiting[0].document.split('#').pop()}`)}`);
const browser = await open();
let slowest = 0;
for (const address of addresses) {
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    // A browser that has never been here: nothing is kept from the page before.
    const { context, page } = await signedIn(browser, server, 'admin', 'vi');
    await page.goto(server.address + address, { waitUntil: 'load' });
    times.push(await page.evaluate(() => new Promise((done) => {
      const [told] = performance.getEntriesByType('navigation');
      new PerformanceObserver((list) => {
        const largest = list.getEntries().at(-1)?.startTime ?? 0;
        const busy = performance.getEntriesByType('longtask').map((task) => task.startTime + task.duration);
        done([told.domInteractive, told.loadEventEnd, largest, Math.max(told.domContentLoadedEventEnd, ...busy)]);
      }).observe({ type: 'largest-contentful-paint', buffered: true });
    })));
    await context.close();
  }
  const middle = (place) => times.map((one) => one[place]).sort((a, b) => a - b)[2];
  const [interactive, load, largest, settled] = [0, 1, 2, 3].map(middle);
  slowest = Math.max(slowest, load, largest, settled);
  console.log(`${address.split('?')[0].padEnd(12).slice(0, 40)}  interactive ${interactive.toFixed(0)} ms, settled ${settled.toFixed(0)}, loaded ${load.toFixed(0)}, largest picture or text ${largest.toFixed(0)}`);
}
console.log(`slowest of all: ${slowest.toFixed(0)} ms`);

// From the key that accepts a document to the picture of the next one, and until the last decision is stored.
if (waiting.length > 3) {
  const { context, page } = await signedIn(browser, server, 'reviewer', 'vi');
  await page.goto(`${server.address}/review/${encodeURIComponent(`${waiting[0].dossier}#${waiting[0].document.split('#').pop()}`)}`);
  const times = [];
  for (let round = 0; round < Math.min(waiting.length - 2, 12); round += 1) {
    await page.waitForSelector('#sheet[data-ready]');
    // Whoever looks at a document for less than this has not looked.
    await page.waitForTimeout(800);
    await page.evaluate(() => {
      // Points of the picture as it is drawn in the window.
      const points = () => {
        const canvas = document.querySelector('#sheet canvas');
        const { data } = canvas.getContext('2d').getImageData(0, canvas.height / 8, canvas.width, canvas.height / 2);
        return data.some((level) => level > 0) ? data.join() : undefined;
      };
      const before = points();
      window.shown = new Promise((done) => {
        document.addEventListener('keydown', ({ timeStamp }) => {
          const look = () => requestAnimationFrame(() => setTimeout(() => {
            const now = performance.now();
            const isNext = document.querySelector('#sheet[data-ready]') && points() !== undefined && points() !== before;
            if (isNext) done(now - timeStamp); else look();
          }));
          document.addEventListener('ready', look, { once: true });
        }, { once: true, capture: true });
      });
    });
    const decided = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/api/review/'));
    const began = performance.now();
    await page.keyboard.press('a');
    times.push(await page.evaluate(() => window.shown));
    if ((await decided).status() !== 200) throw new Error(await (await decided).text());
    console.log(`accepted: next shown after ${times.at(-1).toFixed(0)} ms, stored after ${(performance.now() - began).toFixed(0)} ms`);
  }
  times.sort((one, other) => one - other);
  console.log(`accept to next: middle ${times[Math.floor(times.length / 2)].toFixed(0)} ms, slowest ${times.at(-1).toFixed(0)} ms`);
  await context.close();
}
await browser.close();
await server.kill();
