// From one document under review to the next without waiting: the next one is fetched while this one is looked at, and
// what was decided goes off one after another behind it.

import { ask, body, notice, offerUndo, pending } from './console.js';
import { prepared, turnTo } from './page_view.js';

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
  const [html] = await Promise.all([fetch(address, { headers: { accept: 'text/html' } }), pending.all]);
  if (!html.ok || html.redirected) return;
  const page = new DOMParser().parseFromString(await html.text(), 'text/html');
  const sheet = page.getElementById('sheet');
  if (!sheet) return;
  const [picture, words] = await Promise.all([
    fetch(sheet.dataset.picture).then((response) => (response.ok ? response.blob() : undefined))
      .then((blob) => blob && prepared(URL.createObjectURL(blob))).catch(() => undefined),
    fetch(sheet.dataset.words, { headers: { accept: 'application/json' } }).then((response) => (response.ok ? response.json() : undefined)),
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
  scrollTo(0, 0);
  document.getElementById('content').focus({ preventScroll: true });
}

/** Sends what was decided; while the dossier's last decision is still being stored, a little later again. */
async function send(address, what, said) {
  const [method, where] = address.split(' ');
  for (let again = 0; ; again += 1) {
    try {
      await ask(method, where, what);
      return;
    } catch (error) {
      if (error.kind === 'urn:sohoa:problem:conflict' && again < 8) {
        await new Promise((done) => setTimeout(done, 250));
        continue;
      }
      sessionStorage.removeItem('undo');
      const back = Object.assign(document.createElement('a'), { href: said.back, textContent: said.document });
      notice(error.message, back);
      return;
    }
  }
}

document.addEventListener('submit', (event) => {
  const decision = event.target;
  const then = event.submitter?.dataset.then;
  if (!decision.matches('[data-swift]') || !then) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (decision.dataset.busy) return;
  decision.dataset.busy = 'yes';
  const what = body(decision, event.submitter);
  const { api, undo, decided: words } = decision.dataset;
  decided.add(path(undo));
  sessionStorage.setItem('undo', JSON.stringify({ path: api.split(' ')[1], back: undo, said: words }));
  pending.count += 1;
  pending.all = pending.all.then(() => send(api, what, { back: undo, document: words })).finally(() => { pending.count -= 1; });
  const next = ahead?.address === then ? ahead : undefined;
  ahead = undefined;
  if (next) {
    goOn(next);
    offerUndo();
  } else {
    // Nothing was fetched ahead, or this was the last one: the list is true only when all is kept.
    pending.all.then(() => location.assign(decided.has(path(then)) ? '/review' : then));
  }
}, true);

document.addEventListener('ready', lookAhead);
if (document.getElementById('sheet')?.dataset.ready) lookAhead();
addEventListener('popstate', () => location.reload());
addEventListener('beforeunload', (event) => { if (pending.count > 1) event.preventDefault(); });
