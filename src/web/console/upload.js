// Sending a delivery: folders are walked, files hashed and sent in pieces (tus), and every one of them accounted for.
// A lost line, a reload or a new start of the server loses nothing: what is here is asked of the server.

import { Upload } from 'tus-js-client';
import { ask, notice } from './console.js';
import { dropped, picked } from './folders.js';
import { Table } from './file_table.js';

const AT_ONCE = 4;
const HASHING = 2;
const PIECE = 16 * 1024 * 1024;
const AGAIN = 3000;
const LISTS = /^manifest\.(csv|xlsx|ods|tsv|json)$/;
const LEFT_OUT = /^(\..*|thumbs\.db|desktop\.ini|.*\.expected\.json)$/i;
const HERE = new Set(['received', 'duplicate', 'refused', 'list', 'ignored']);

const place = document.getElementById('upload');
const words = JSON.parse(place.dataset.words);
const api = place.dataset.api;
const formKey = document.querySelector('meta[name="form-key"]').content;

/** Every file by path: { path, bytes, state, sent, reason, file, sha256 }. States of the page: waiting, hashing, sending, failed. */
const files = new Map();
const toHash = [];
const toSend = [];
const running = new Map();
let hashing = 0;
let paused = false;
let leftOut = 0;

const table = new Table(document.getElementById('files'), words);
const workers = Array.from({ length: HASHING }, () => new Worker(place.dataset.hashWorker, { type: 'module' }));
const jobs = new Map();
let jobNumber = 0;
const idle = [...workers];
for (const worker of workers) {
  worker.addEventListener('message', ({ data }) => {
    idle.push(worker);
    hashing -= 1;
    const entry = jobs.get(data.number);
    jobs.delete(data.number);
    if (data.error) fail(entry, data.error);
    else hashed(entry, data.sha256);
    next();
  });
}

function set(entry, state, more = {}) {
  Object.assign(entry, { state }, more);
  table.changed();
  draw();
}

function fail(entry, reason) {
  set(entry, 'failed', { reason });
}

function hashed(entry, sha256) {
  entry.sha256 = sha256;
  if (entry.known && HERE.has(entry.known.state) && entry.known.state !== 'refused') {
    // The same name was sent before: the same file is here, another one must not take its place unseen.
    if (entry.known.sha256 === sha256) set(entry, entry.known.state, { sent: entry.bytes });
    else fail(entry, words.changed);
    return;
  }
  set(entry, 'waiting');
  if (LISTS.test(entry.path.split('/').pop())) toSend.unshift(entry); else toSend.push(entry);
}

/** Takes what was chosen or dropped: {path, file}. */
async function take(found) {
  let bytes = 0;
  for (const { path, file } of found) {
    if (LEFT_OUT.test(path.split('/').pop())) { leftOut += 1; continue; }
    const old = files.get(path);
    if (old?.file && old.state !== 'failed') continue;
    const entry = { path, file, bytes: file.size, sent: 0, state: 'waiting', known: old?.known };
    files.set(path, entry);
    table.add(entry);
    toHash.push(entry);
  }
  // Lists are matched as soon as they are here.
  toHash.sort((one, other) => LISTS.test(other.path.split('/').pop()) - LISTS.test(one.path.split('/').pop()));
  for (const entry of files.values()) bytes += entry.bytes;
  draw();
  next();
  await ask('PUT', api, { files: files.size, bytes }).catch((error) => notice(error.message));
}

function next() {
  while (!paused && idle.length > 0 && toHash.length > 0 && toSend.length < 200) {
    const entry = toHash.shift();
    const worker = idle.pop();
    jobNumber += 1;
    jobs.set(jobNumber, entry);
    hashing += 1;
    set(entry, 'hashing');
    worker.postMessage({ number: jobNumber, file: entry.file });
  }
  while (!paused && running.size < AT_ONCE && toSend.length > 0) send(toSend.shift());
  reconcileSoon();
}

function send(entry) {
  let said;
  const upload = new Upload(entry.file, {
    endpoint: `${api}/files`,
    metadata: { path: entry.path, sha256: entry.sha256 },
    headers: { 'x-form-key': formKey, 'accept-language': document.documentElement.lang },
    chunkSize: PIECE,
    uploadDataDuringCreation: true,
    storeFingerprintForResuming: false,
    retryDelays: [0, 300, 1000, 3000],
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      return status === 0 || status === 409 || status === 423 || status === 460 || (status >= 500 && status !== 507);
    },
    onProgress: (sent) => { entry.sent = sent; table.changed(); },
    onAfterResponse: (_, response) => { said = response.getHeader('Upload-State') ?? said; },
    onSuccess: () => {
      if (said !== 'sending') { ended(entry, said ?? 'received'); return; }
      // All bytes went off, and the server has not said what they are: it is asked once more.
      running.delete(entry);
      set(entry, 'waiting');
      setTimeout(() => { toSend.push(entry); next(); }, AGAIN);
    },
    onError: (error) => {
      running.delete(entry);
      const status = error.originalResponse?.getStatus() ?? 0;
      if (status === 507) {
        // A quota or the disk of the server is full: a person must see to it.
        fail(entry, reasonOf(error));
      } else if (status === 0 || status >= 500 || status === 423 || status === 429 || status === 460) {
        // The line is lost, or the server starts anew: it goes on where it was.
        set(entry, 'waiting');
        setTimeout(() => { toSend.push(entry); next(); }, AGAIN);
      } else if (status === 413) {
        set(entry, 'refused', { reason: reasonOf(error) });
      } else {
        fail(entry, reasonOf(error));
      }
      next();
    },
  });
  running.set(entry, upload);
  set(entry, 'sending');
  upload.start();
}

function reasonOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return words.lost;
  }
}

async function ended(entry, state) {
  running.delete(entry);
  set(entry, state, { sent: entry.bytes });
  next();
  if (state === 'refused' || state === 'duplicate') {
    const page = await ask('GET', `${api}/files?state=${state}&limit=1000`).catch(() => undefined);
    for (const file of page?.items ?? []) learn(file);
  }
}

/** What the server knows of a file. */
function learn(file) {
  let entry = files.get(file.path);
  if (!entry) {
    entry = { path: file.path, bytes: file.bytes, sent: file.offset };
    files.set(file.path, entry);
    table.add(entry);
  }
  entry.known = file;
  const reason = file.reason ?? (file.duplicate_of ? `= ${file.duplicate_of}` : file.in_archive ? words.stored : undefined);
  if (!entry.file || HERE.has(file.state)) Object.assign(entry, { state: HERE.has(file.state) ? file.state : 'absent', sent: file.offset, reason });
  table.changed();
}

// The reconciliation, as the server sees it.

let soon;
function reconcileSoon(wait = 800) {
  soon ??= setTimeout(async () => {
    soon = undefined;
    await reconcile().catch(() => reconcileSoon(AGAIN));
  }, wait);
}

let known;
async function reconcile() {
  known = await ask('GET', api);
  draw();
  if (known.state === 'starting') reconcileSoon(AGAIN);
}

const drawn = { at: 0 };
function draw() {
  drawn.at ||= requestAnimationFrame(() => { drawn.at = 0; drawNow(); });
}

const number = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB');

function count(name, value) {
  for (const element of place.querySelectorAll(`[data-count="${name}"]`)) element.textContent = number.format(value);
}

function drawNow() {
  const states = {};
  let absent = 0;
  for (const entry of files.values()) {
    states[entry.state] = (states[entry.state] ?? 0) + 1;
    if (entry.state === 'absent') absent += 1;
  }
  const left = (states.waiting ?? 0) + (states.hashing ?? 0) + (states.sending ?? 0);
  count('chosen', files.size);
  count('left', left);
  count('failed', states.failed ?? 0);
  count('absent', absent);
  count('left-out', leftOut);
  for (const [part, value] of [['left', left], ['failed', states.failed ?? 0], ['absent', absent], ['left-out', leftOut]]) {
    for (const element of place.querySelectorAll(`[data-when="${part}"]`)) element.hidden = value === 0;
  }
  document.getElementById('pause').hidden = left === 0;
  if (!known) return;
  for (const name of ['received', 'duplicate', 'refused', 'lists']) count(name, known.files[name]);
  count('missing', known.missing.count);
  count('extra', known.extra.count);
  list('missing', known.missing.items.map((one) => `${one.file} (${one.list}, ${words.row} ${one.row})`));
  list('extra', known.extra.items);
  for (const part of ['missing', 'extra', 'refused', 'duplicate', 'lists']) {
    const value = known[part]?.count ?? known.files[part] ?? 0;
    for (const element of place.querySelectorAll(`[data-when="${part}"]`)) element.hidden = value === 0;
  }
  drawLine();
  drawBar();
  const start = document.getElementById('start');
  const isOpen = known.state === 'open';
  const isBusy = left > 0;
  start.disabled = !isOpen || isBusy || !known.start.can;
  document.getElementById('why').textContent = isBusy ? words.sending : known.start.can ? '' : (words.start[known.start.code] ?? known.start.text);
  document.getElementById('without').hidden = !(isOpen && !isBusy && known.start.code === 'missing');
  const run = document.getElementById('run');
  if (known.batch) { run.hidden = false; run.href = `/runs/${known.batch}`; }
  for (const element of place.querySelectorAll('[data-open]')) element.hidden = !isOpen;
}

/** To which target of the roadmap it belongs, and why what its lists name is not followed. */
function drawLine() {
  const { target, source, findings } = known.attachment;
  const now = document.getElementById('line-now');
  if (now) now.textContent = target ? `${target} · ${words.attached[source]}` : source ? words.outside : words.byRule;
  const wrong = document.getElementById('line-findings');
  wrong.hidden = findings.length === 0;
  const lines = findings.slice(0, 200).map((one) => Object.assign(document.createElement('li'), { textContent: one.file ? `${one.file}: ${one.detail}` : one.detail }));
  wrong.querySelector('ul').replaceChildren(...lines);
}

function drawBar() {
  const whole = Math.max(1, known.files.announced, files.size);
  let at = 0;
  for (const [name, value] of [['stored', known.files.received + known.files.lists], ['held', known.files.duplicate], ['refused', known.files.refused]]) {
    const rect = place.querySelector(`.bar .${name}`);
    const width = (1000 * value) / whole;
    rect.setAttribute('x', String(at));
    rect.setAttribute('width', String(width));
    at += width;
  }
}

function list(name, items) {
  const element = document.getElementById(`${name}-list`);
  const lines = items.slice(0, 200).map((item) => { const line = document.createElement('li'); line.textContent = item; return line; });
  element.replaceChildren(...lines);
}

async function start(body) {
  const button = document.getElementById('start');
  button.disabled = true;
  try {
    const said = await ask('POST', `${api}/start`, body);
    location.assign(`/runs/${said.batch}`);
  } catch (error) {
    notice(error.message);
    reconcileSoon(0);
  }
}

document.getElementById('start').addEventListener('click', () => start({}));
document.getElementById('without').addEventListener('click', () => start({ without_missing: true }));
document.getElementById('pause').addEventListener('click', (event) => {
  paused = !paused;
  event.currentTarget.textContent = paused ? words.resume : words.pause;
  if (paused) {
    for (const [entry, upload] of running) {
      upload.abort();
      running.delete(entry);
      set(entry, 'waiting');
      toSend.unshift(entry);
    }
  } else next();
});

document.getElementById('line')?.addEventListener('change', async (event) => {
  const wrong = document.getElementById('line-wrong');
  wrong.textContent = '';
  await ask('PUT', `${api}/line`, { target: event.target.value }).catch((error) => { wrong.textContent = error.message; });
  reconcileSoon(0);
});

document.getElementById('folder').addEventListener('change', (event) => { take(picked(event.target.files)); event.target.value = ''; });
document.getElementById('single').addEventListener('change', (event) => { take(picked(event.target.files)); event.target.value = ''; });
const zone = document.getElementById('drop');
for (const kind of ['dragenter', 'dragover']) addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add('over'); });
addEventListener('dragleave', (event) => { if (!event.relatedTarget) zone.classList.remove('over'); });
addEventListener('drop', async (event) => {
  event.preventDefault();
  zone.classList.remove('over');
  if (zone.hidden) return;
  take(await dropped(event.dataTransfer));
});
addEventListener('beforeunload', (event) => { if (running.size > 0 || toSend.length > 0 || toHash.length > 0) event.preventDefault(); });
addEventListener('online', () => next());

async function begin() {
  let after = '';
  do {
    const page = await ask('GET', `${api}/files?limit=1000${after ? `&after=${encodeURIComponent(after)}` : ''}`);
    for (const file of page.items) learn(file);
    after = page.next;
  } while (after);
  await reconcile();
  place.dataset.ready = 'yes';
}
begin().catch((error) => notice(error.message));
