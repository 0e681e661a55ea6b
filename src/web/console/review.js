// From one document under review to the next without waiting: the next one is fetched while this one is looked at, and
// what was decided goes off one after another behind it (`unsaved.js`).

import { notice } from './api.js';
import { body } from './console.js';
import { dropDraft, goesInside, isUnchangedSince, restore, snapshot } from './drafts.js';
import { prepared, turnTo } from './page_view.js';
import { pending, submit } from './unsaved.js';

/** The next document: its address, its page, its first picture and that picture's words. */
let ahead;
/** Documents that were decided here: the one that was fetched before its turn may be among them. */
const decided = new Set();

/** The picture that was fetched before it was its turn, and is shown now. */
let shown;

const form = () => document.querySelector('form[data-swift]');

async function lookAhead() {
  const address = form()?.querySelector('[data-key="a"]')?.dataset.then;
  if (!address?.startsWith('/review/') || decided.has(path(address))) return;
  const [html] = await Promise.all([fetch(address, { headers: { accept: 'text/html' } }).catch(() => undefined), pending.all]);
  if (!html?.ok || html.redirected) return;
  const page = new DOMParser().parseFromString(await html.text(), 'text/html');
  const sheet = page.getElementById('sheet');
  if (!sheet) return;
  const [picture, words] = await Promise.all([
    fetch(sheet.dataset.picture).then((response) => (response.ok ? response.blob() : undefined))
      .then((blob) => blob && prepared(URL.createObjectURL(blob))).catch(() => undefined),
    fetch(sheet.dataset.words, { headers: { accept: 'application/json' } })
      .then((response) => (response.ok ? response.json() : undefined)).catch(() => undefined),
  ]);
  if (picture && words) ahead = { address, page, words, picture };
}

const path = (address) => address.split('?')[0];

/** Puts the next document in the place of this one. */
function goOn({ address, page, picture, words }) {
  if (shown) URL.revokeObjectURL(shown);
  shown = picture.url;
  document.querySelector('header.head').replaceWith(document.adoptNode(page.querySelector('header.head')));
  document.title = page.title;
  history.pushState(null, '', address);
  turnTo(document.adoptNode(page.querySelector('main')), { picture, words: Promise.resolve(words) });
  restore(form());
  scrollTo(0, 0);
  document.getElementById('content').focus({ preventScroll: true });
}

/** Leaves the document: what was typed is stored, or kept. */
function leave(then) {
  goesInside();
  const to = decided.has(path(then)) && path(then) !== path(form()?.dataset.undo ?? '') ? '/review' : then;
  if (to === location.pathname + location.search) location.reload(); else location.assign(to);
}

document.addEventListener('submit', (event) => {
  const decision = event.target;
  if (!decision.matches('[data-swift]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (decision.dataset.busy) return;
  const { api, undo: back, title, known, deciding, decided: words, nothing } = decision.dataset;
  const what = body(decision, event.submitter);
  if (!what) { decision.querySelector('[role="alert"]').textContent = nothing; return; }
  decision.dataset.busy = 'yes';
  const isFinal = event.submitter?.dataset.then !== undefined;
  const then = event.submitter?.dataset.then ?? location.pathname + location.search;
  const document = path(back);
  if (isFinal) decided.add(document);
  notice(deciding);
  const entry = { document, api: api.split(' ')[1], body: what, draft: snapshot(decision), known: Number(known), back, title, decided: words, then };
  const sent = submit(entry);
  dropDraft(document);
  const next = isFinal && ahead?.address === then ? ahead : undefined;
  if (isFinal) ahead = undefined;
  if (next) goOn(next);
  // Nothing was fetched ahead, or it stays open: it is left once it is stored, and stays as it is where that fails.
  else sent.then((state) => { if (state !== 'stored') delete decision.dataset.busy; });
}, true);

document.addEventListener('stored', ({ detail: entry }) => {
  const open = form();
  if (!open || path(open.dataset.undo) !== entry.document || !isUnchangedSince(open, entry.draft)) return;
  pending.all.then(() => leave(entry.then));
});
document.addEventListener('unsaved', ({ detail: entry }) => { decided.delete(entry.document); });

document.addEventListener('ready', lookAhead);
restore(form());
if (document.getElementById('sheet')?.dataset.ready) lookAhead();
addEventListener('popstate', () => { goesInside(); location.reload(); });
