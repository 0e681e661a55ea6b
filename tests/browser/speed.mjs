// How long each page takes until it can be used: figures, not a judgement.
//   node speed.mjs PROGRAM HOME

import { open, signedIn } from './browser.mjs';
import { Server } from './server.mjs';

const [program, home] = process.argv.slice(2);
const server = await Server.start(program, home);
const admin = await server.people('local');
const { said: runs } = await server.ask('GET', '/api/runs', undefined, admin);
const { said: records } = await server.ask('GET', '/api/records', undefined, admin);
const { said: waiting } = await server.ask('GET', '/api/review', undefined, admin);
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
await browser.close();
await server.kill();
