// Decisions until the server has stored them: each is kept in this browser with all that was typed, sent again by itself
// when the connection or the session is back, and shown at the top of every page until it is stored, opened again or
// discarded by the person who made it.

import { ask, notice, unsay } from './api.js';

const strip = document.getElementById('unsaved');
const texts = strip ? JSON.parse(strip.dataset.texts) : {};
const prefix = `sohoa decision ${document.body.dataset.user} `;

/** Decisions that are on their way, one after another. */
export const pending = { all: Promise.resolve(), count: 0 };

// Where the browser keeps nothing, they live as long as the page.
const memory = new Map();

function read(document) {
  try {
    return JSON.parse(memory.get(prefix + document) ?? localStorage.getItem(prefix + document) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function write(entry) {
  const text = JSON.stringify(entry);
  memory.delete(prefix + entry.document);
  try { localStorage.setItem(prefix + entry.document, text); } catch { memory.set(prefix + entry.document, text); }
}

function remove(document) {
  memory.delete(prefix + document);
  try { localStorage.removeItem(prefix + document); } catch { /* Nothing was kept there. */ }
}

function all() {
  let stored = [];
  try { stored = Object.keys(localStorage); } catch { /* Nothing was kept there. */ }
  const keys = new Set([...stored, ...memory.keys()].filter((key) => key.startsWith(prefix)));
  return [...keys].map((key) => read(key.slice(prefix.length))).filter(Boolean).sort((one, other) => one.at - other.at);
}

/** What was decided about a document (its path) and is not stored yet. */
export const unsavedOf = (document) => read(document);

/** Whether something would be lost with the page, since the browser keeps nothing. */
export const isOnlyHere = () => memory.size > 0;

/** The entry as it is kept now, unless it was replaced or stored meanwhile. */
function current(entry) {
  const kept = read(entry.document);
  return kept?.id === entry.id ? kept : undefined;
}

function change(entry, how) {
  const kept = current(entry);
  if (kept) write({ ...kept, ...how });
  show();
}

/** Keeps a decision and sends it; resolves with its state after the first attempt. What was kept about the same document
 *  gives way to it: the form that it comes from was filled with that. */
export function submit(decision) {
  const entry = { ...decision, id: crypto.randomUUID?.() ?? `${Date.now()} ${Math.random()}`, at: Date.now(), state: 'sending', tried: 0 };
  write(entry);
  show();
  return enqueue(entry);
}

function enqueue(entry) {
  pending.count += 1;
  const sent = pending.all.then(() => alone(() => attempt(entry))).finally(() => { pending.count -= 1; });
  pending.all = sent.catch(() => undefined);
  return sent;
}

/** One tab of the browser at a time, where the browser can tell. */
const alone = (what) => (navigator.locks ? navigator.locks.request(prefix, what) : what());

async function attempt({ document, id }) {
  const entry = current({ document, id });
  if (!entry || entry.state === 'held' || entry.state === 'refused') return entry?.state;
  for (let again = 0; ; again += 1) {
    try {
      // No answer may have come although it was stored.
      const before = entry.tried > 0 ? await fate(entry) : 'open';
      if (before === 'changed') throw Object.assign(new Error(texts.changed), { kind: 'changed' });
      if (before === 'open') {
        change(entry, { tried: entry.tried + 1 });
        await ask('POST', entry.api, entry.body);
      }
      if (current(entry)) remove(document);
      show();
      window.document.dispatchEvent(new CustomEvent('stored', { detail: entry }));
      return 'stored';
    } catch (error) {
      const kind = error.kind?.split(':').pop();
      // The dossier's last decision is still being stored.
      if (kind === 'conflict' && again < 8) {
        await new Promise((done) => { setTimeout(done, 250); });
        continue;
      }
      const conflicts = (entry.conflicts ?? 0) + (kind === 'conflict' ? 1 : 0);
      const state = stateAfter(error, kind, conflicts);
      change(entry, { state, conflicts, said: error.message, tried: entry.tried + 1 });
      unsay();
      window.document.dispatchEvent(new CustomEvent('unsaved', { detail: entry }));
      if (state === 'waiting') later();
      return state;
    }
  }
}

/** Troubles of the surroundings pass, so what they stopped is sent again; what was refused needs a person. */
function stateAfter(error, kind, conflicts) {
  if (kind === 'sign-in') return 'sign-in';
  const passes = error.lost || (kind === undefined && error.status >= 500) || (kind === 'conflict' && conflicts < 20)
    || ['too-often', 'unavailable', 'access-refused', 'dependency-missing'].includes(kind);
  return passes ? 'waiting' : 'refused';
}

/** What became of a decision whose answer never came: `stored`, `open`, or `changed` by another decision. */
async function fate(entry) {
  const { decisions = [] } = await ask('GET', entry.api);
  const since = decisions.slice(entry.known);
  if (since.length === 0) return 'open';
  const me = window.document.body.dataset.user;
  const { kind, fields = {}, words = [], accept, reject, join } = entry.body;
  const acts = [
    ...(kind === undefined ? [] : [{ act: 'correct-kind', kind }]),
    ...Object.entries(fields).map(([field, value]) => ({ act: 'correct-field', field, value: value.trim().normalize('NFC') })),
    ...words.map(({ page, word }) => ({ act: 'correct-word', page, word })),
    ...(join === undefined ? [] : [{ act: 'join', document: join }]),
    ...(accept ? [{ act: 'accept' }] : []),
    ...(reject ? [{ act: 'reject' }] : []),
  ];
  const isThere = (act) => since.some((one) => one.author === me && Object.entries(act).every(([name, value]) => one[name] === value));
  return acts.every(isThere) ? 'stored' : 'changed';
}

let timer;
let pause = 1000;

function later() {
  clearTimeout(timer);
  pause = Math.min(pause * 2, 15_000);
  timer = setTimeout(retry, pause);
}

let isRetrying = false;

/** Sends again what can be sent again. */
async function retry() {
  if (isRetrying) return;
  isRetrying = true;
  clearTimeout(timer);
  const left = all().filter(({ state }) => ['sending', 'waiting', 'sign-in'].includes(state));
  for (const [place, entry] of left.entries()) {
    const state = await enqueue(entry);
    if (state === 'sign-in' || state === 'waiting') {
      // The others would fare no better.
      for (const other of left.slice(place + 1)) if (other.state === 'sending') change(other, { state });
      break;
    }
    pause = 1000;
  }
  isRetrying = false;
}

function button(text, what) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
  made.addEventListener('click', () => what(made));
  return made;
}

/** Opens the document with what was typed; the server is asked first, since a page that does not come shows nothing. */
async function reopen(entry) {
  const there = await fetch(entry.back, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (!there) { notice(document.body.dataset.lost); return; }
  change(entry, { state: 'held' });
  document.dispatchEvent(new Event('kept'));
  if (entry.back === location.pathname + location.search) location.reload(); else location.assign(entry.back);
}

function discard(entry, pressed) {
  if (!pressed.dataset.sure) {
    pressed.dataset.sure = 'yes';
    pressed.textContent = texts.discardSure;
    return;
  }
  if (current(entry)) remove(entry.document);
  show();
}

function again(entry) {
  change(entry, { state: 'waiting', conflicts: 0 });
  retry();
}

function row(entry) {
  const item = document.createElement('li');
  const why = { waiting: texts.lost, 'sign-in': texts.signIn, held: texts.held }[entry.state] ?? entry.said;
  item.append(Object.assign(document.createElement('b'), { textContent: entry.title }), ` – ${why} `);
  if (entry.state === 'sign-in') {
    const to = encodeURIComponent(location.pathname + location.search);
    const link = Object.assign(document.createElement('a'), { className: 'button', href: `/sign-in?to=${to}`, textContent: texts.signInLink });
    link.addEventListener('click', () => document.dispatchEvent(new Event('kept')));
    item.append(link, ' ');
  } else {
    item.append(button(texts.again, () => again(entry)), ' ');
  }
  item.append(button(texts.reopen, () => reopen(entry)), ' ', button(texts.discard, (pressed) => discard(entry, pressed)));
  return item;
}

/** Shows what is not stored, but not what is on its way. */
export function show() {
  if (!strip) return;
  const unsaved = all().filter(({ state }) => state !== 'sending');
  strip.hidden = unsaved.length === 0;
  const shown = JSON.stringify(unsaved.map(({ id, state, said }) => [id, state, said]));
  if (shown === strip.dataset.shown) return;
  strip.dataset.shown = shown;
  const list = document.createElement('ul');
  list.append(...unsaved.map(row));
  strip.replaceChildren(Object.assign(document.createElement('b'), { textContent: `${unsaved.length} ${texts.title}:` }), list);
}

if (strip) {
  show();
  // What listens for it is there by then.
  if (document.readyState === 'complete') retry(); else addEventListener('load', retry);
  addEventListener('online', retry);
  // Somebody may have signed in in another tab, or sent it from there.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) retry(); });
  addEventListener('focus', retry);
  addEventListener('storage', show);
}
