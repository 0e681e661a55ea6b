// What every page needs: forms that speak to the API, parts that stay up to date, keys.

import { ask, notice } from './api.js';
import { hasChanged, valueOf } from './checks.js';
import { pending } from './unsaved.js';

export { ask, deliver, notice } from './api.js';

/** The values of a form as JSON: `a.b` is b in a, `a[]` a list, `a[].b` a list of rows. */
export function values(form) {
  const out = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if ((field.type === 'checkbox' || field.type === 'radio') && !field.checked) continue;
    if (field.tagName === 'BUTTON') continue;
    if (field.dataset.changed !== undefined && !hasChanged(field)) continue;
    const value = field.dataset.kind === 'number' ? Number(field.value) : field.dataset.kind === 'bool' ? field.value === 'true' : valueOf(field);
    if (field.value === '' && field.dataset.optional !== undefined) continue;
    put(out, field.name, value, field);
  }
  return out;
}

function put(out, name, value, field) {
  const row = name.match(/^(.+)\[\]\.(.+)$/);
  if (row) {
    const list = (out[row[1]] ??= []);
    const place = Number(field.closest('[data-row-number]').dataset.rowNumber);
    (list[place] ??= {})[row[2]] = value;
  } else if (name.endsWith('[]')) {
    (out[name.slice(0, -2)] ??= []).push(value);
  } else if (name.includes('.')) {
    const [first, ...rest] = name.split('.');
    (out[first] ??= {})[rest.join('.')] = value;
  } else {
    out[name] = value;
  }
}

/** Sends what a form or button stands for, once, however often it is pressed. */
async function send(element, body, then = element.dataset.then) {
  if (element.dataset.busy) return;
  element.dataset.busy = 'yes';
  const buttons = element.matches('form') ? element.querySelectorAll('button') : [element];
  for (const button of buttons) button.disabled = true;
  const wrong = element.querySelector?.('.wrong');
  if (wrong) wrong.textContent = '';
  try {
    const [method, path] = element.dataset.api.split(' ');
    const query = element.dataset.query;
    const address = query ? `${path}?${query}=${encodeURIComponent(body[query])}` : path;
    if (query) body = undefined;
    const said = await ask(method, address, body);
    element.dispatchEvent(new CustomEvent('done', { detail: said, bubbles: true }));
    const shown = element.dataset.shows && document.getElementById(element.dataset.shows);
    const revealed = element.dataset.reveals && document.getElementById(element.dataset.reveals);
    if (revealed) {
      fill(revealed, said);
      (element.closest('[data-replaced]') ?? element).hidden = true;
    } else if (shown) {
      shown.textContent = said.key;
      shown.closest('[hidden]').hidden = false;
    } else if (then) {
      if (element.dataset.undo) sessionStorage.setItem('undo', JSON.stringify({ path, back: element.dataset.undo, said: element.dataset.decided }));
      then = then.replace('{id}', () => encodeURIComponent(said?.id ?? ''));
      if (then === location.pathname + location.search) location.reload(); else location.assign(then);
      return;
    } else {
      await refresh(true);
      if (element.matches('form')) element.reset();
    }
  } catch (error) {
    const second = error.kind === 'urn:sohoa:problem:code' && element.querySelector?.('[data-second]');
    if (second?.hidden) askSecond(element, second);
    else if (wrong) wrong.textContent = error.message; else notice(error.message);
  }
  delete element.dataset.busy;
  for (const button of buttons) button.disabled = false;
}

/** An entry of a list as text: words, or a place of some kind, which the list words. */
function worded(list, entry) {
  if (typeof entry === 'string') return entry;
  const text = JSON.parse(list.dataset.texts ?? '{}')[entry.kind] ?? entry.kind;
  return entry.place ? `${text}: ${entry.place}` : text;
}

/** Shows a part of the page with what was answered: text, a picture out of SVG, or a list. */
function fill(part, said) {
  for (const place of part.querySelectorAll('[data-said]')) {
    const value = said[place.dataset.said];
    if (place.tagName === 'IMG') place.src = `data:image/svg+xml,${encodeURIComponent(value)}`;
    else if (Array.isArray(value)) place.replaceChildren(...value.map((entry) => Object.assign(document.createElement('li'), { textContent: worded(place, entry) })));
    // A list without entries is not sent.
    else if (place.dataset.none) place.replaceChildren(Object.assign(document.createElement('li'), { textContent: place.dataset.none }));
    else place.textContent = value;
  }
  part.hidden = false;
  (part.querySelector('input') ?? part).focus();
}

/** The second step of a form: its first part stays as it was given. */
function askSecond(form, second) {
  form.querySelector('[data-first]').hidden = true;
  second.hidden = false;
  const field = second.querySelector('input');
  field.disabled = false;
  field.focus();
}

/** What a form says when this button sends it. */
export function body(form, submitter) {
  const said = values(form);
  if (submitter?.name) put(said, submitter.name, submitter.value === 'true' ? true : submitter.value, submitter);
  delete said.confirm;
  return Object.keys(said).length > 0 ? said : undefined;
}

// A key in the fragment of the address fills its field, and leaves the address bar.
const keyField = document.querySelector('input[data-fragment]');
const keyGiven = keyField && new URLSearchParams(location.hash.slice(1)).get(keyField.dataset.fragment);
if (keyGiven) {
  keyField.value = keyGiven;
  history.replaceState(null, '', location.pathname);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.dataset.api) return;
  event.preventDefault();
  send(form, body(form, event.submitter), event.submitter?.dataset.then ?? form.dataset.then);
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-api]');
  if (button) send(button, button.dataset.body ? JSON.parse(button.dataset.body) : undefined);
  const add = event.target.closest('[data-add-row]');
  if (add) addRow(add);
});

function addRow(button) {
  const rows = button.closest('form').querySelectorAll('[data-row-number]');
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  row.dataset.rowNumber = String(Number(last.dataset.rowNumber) + 1);
  last.after(row);
  row.querySelector('input, select')?.focus();
}

// Live parts: made anew on the server, put in place of the old ones where they differ, never under the pointer.

let waiting = false;

/** Fetches the page again and puts its live parts in place. */
export async function refresh(now = false) {
  const parts = [...document.querySelectorAll('[data-live]')];
  if (parts.length === 0) { if (now) location.reload(); return; }
  const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (!response?.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of parts) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === part.innerHTML) continue;
    if (!now && (part.matches(':hover') || part.contains(document.activeElement))) { waiting = true; continue; }
    part.replaceChildren(...other.childNodes);
  }
}

function live() {
  if (!document.querySelector('[data-live]')) return;
  let pending;
  const source = new EventSource('/api/live');
  let first = true;
  source.addEventListener('changed', () => {
    if (first) { first = false; return; }
    pending ??= setTimeout(() => { pending = undefined; refresh(); }, 700);
  });
  source.addEventListener('error', () => { document.body.classList.add('lost'); });
  source.addEventListener('open', () => { document.body.classList.remove('lost'); });
  document.addEventListener('pointerout', () => { if (waiting) { waiting = false; pending ??= setTimeout(() => { pending = undefined; refresh(); }, 300); } });
  addEventListener('pagehide', () => source.close());
}
live();

// What was decided last can be taken back on the page after it.

async function undo() {
  await pending.all;
  const last = JSON.parse(sessionStorage.getItem('undo') ?? 'null');
  if (!last) return;
  try {
    await ask('POST', last.path, { undo: true });
    sessionStorage.removeItem('undo');
    location.assign(last.back);
  } catch (error) {
    notice(error.message);
  }
}

/** Tells what was decided last, with a button that takes it back. */
export function offerUndo() {
  const last = JSON.parse(sessionStorage.getItem('undo') ?? 'null');
  const word = document.body.dataset.undo;
  if (!last || !word || !location.pathname.startsWith('/review') || last.back === location.pathname + location.search) return;
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: `${word} (Ctrl+Z)` });
  button.addEventListener('click', () => { button.disabled = true; undo(); });
  notice(last.said, button);
}
offerUndo();

document.addEventListener('stored', ({ detail: { api, back, decided } }) => {
  sessionStorage.setItem('undo', JSON.stringify({ path: api, back, said: decided }));
  offerUndo();
});

// A picture that cannot be drawn gives way to that of another page, and at last to words.

function instead(picture) {
  const { other, otherLarge, otherAlt, kind, instead: words } = picture.dataset;
  const link = picture.closest('a');
  if (other) {
    delete picture.dataset.other;
    picture.alt = otherAlt;
    link.href = otherLarge;
    picture.src = other;
    const note = picture.closest('li').querySelector('[data-note]');
    if (note) note.hidden = false;
    return;
  }
  const said = Object.assign(document.createElement('span'), { className: 'shot words' });
  said.append(Object.assign(document.createElement('b'), { textContent: kind }), Object.assign(document.createElement('span'), { textContent: words }));
  const note = picture.closest('li').querySelector('[data-note]');
  if (note) note.hidden = true;
  link.replaceWith(said);
}

/** Whether a picture was asked for and cannot be drawn: one that is still to come is not broken. */
const broken = (picture) => picture.complete && picture.currentSrc !== '' && picture.naturalWidth === 0;

const replaceable = 'img[data-instead]';
document.addEventListener('error', (event) => { if (event.target.matches?.(replaceable) && broken(event.target)) instead(event.target); }, true);
// A picture may have failed before this script came.
for (const picture of document.querySelectorAll(replaceable)) if (broken(picture)) instead(picture);

// Keys: nothing needs a mouse.

/** The table of keys, over the page that is open. */
function openKeys() {
  const keys = document.getElementById('keys');
  if (!keys) location.assign('/help'); else if (keys.open) keys.close(); else keys.showModal();
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'z' && event.ctrlKey && !document.getElementById('keys')?.open && !event.target.matches('input, textarea, select')) { event.preventDefault(); undo(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // Under the table of keys nothing is decided.
  if (document.getElementById('keys')?.open) { if (event.key === '?') { event.preventDefault(); openKeys(); } return; }
  const typing = event.target.matches('input, textarea, select, [contenteditable]');
  if (typing) { if (event.key === 'Escape') event.target.blur(); return; }
  const rows = [...document.querySelectorAll('[data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const go = (step) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
    const link = row?.matches('a') ? row : row?.querySelector('a');
    link?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  };
  const press = (name) => document.querySelector(`[data-key="${name}"]`)?.click();
  switch (event.key) {
    case '/': document.getElementById('seek')?.focus(); break;
    case '?': openKeys(); break;
    case 'j': go(1); break;
    case 'k': go(-1); break;
    case 'a': case 'r': case '[': case ']': press(event.key); break;
    case 'e': document.querySelector('[data-key="e"]')?.focus(); break;
    default: return;
  }
  event.preventDefault();
});
