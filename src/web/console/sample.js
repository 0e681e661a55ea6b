// The sample of a lot by keyboard: a page at a time, its defects by their digits, kept by one key.

const pages = [...document.querySelectorAll('.sample > li')];
const isOpen = (page) => page.querySelector('button') !== null;
const isUnseen = (page) => page.dataset.seen === undefined && page.querySelector('[data-seen]') === null;

function current() {
  return pages.findIndex((page) => page.contains(document.activeElement));
}

/** Puts a page under the keys. */
function stand(place) {
  const page = pages[Math.max(0, Math.min(pages.length - 1, place))];
  page?.focus();
  page?.scrollIntoView({ block: 'nearest' });
}

/** The next page, or the one before, that nobody has looked at. */
function unseen(from, step) {
  for (let place = from + step; place >= 0 && place < pages.length; place += step) {
    if (isUnseen(pages[place])) return place;
  }
  return -1;
}

function turn(page, digit) {
  const box = page.querySelector(`[data-digit="${digit}"]`);
  if (!box) return;
  const details = box.closest('details');
  if (details) details.open = true;
  box.checked = !box.checked;
}

// Before the keys of every page, some of which mean something else here.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('textarea, select, input:not([type="checkbox"])')) return;
  const at = current();
  const page = pages[at];
  const onControl = event.target.matches('a, button, summary, input');
  if (/^[1-9]$/.test(event.key) && page && isOpen(page)) turn(page, event.key);
  else if (event.key === '0' && page && isOpen(page)) for (const box of page.querySelectorAll('[data-digit]')) box.checked = false;
  else if (event.key === 'j') stand(at + 1);
  else if (event.key === 'k') stand(at < 0 ? 0 : at - 1);
  else if (event.key === ']') { const next = unseen(at, 1); if (next >= 0) stand(next); }
  else if (event.key === '[') { const before = unseen(at < 0 ? pages.length : at, -1); if (before >= 0) stand(before); }
  else if (event.key === 'o' && page) page.querySelector('a')?.click();
  else if (event.key === '?') { const help = document.getElementById('sample-keys'); help.open = !help.open; help.scrollIntoView({ block: 'nearest' }); help.querySelector('summary').focus(); }
  else if (event.key === 'Enter' && page && isOpen(page) && !onControl) page.querySelector('form').requestSubmit();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// A page that was kept gives its place to the next one that nobody has looked at.
document.addEventListener('done', (event) => {
  const at = pages.findIndex((page) => page.contains(event.target));
  if (at < 0) return;
  pages[at].dataset.seen = '';
  const next = unseen(at, 1);
  stand(next >= 0 ? next : at);
});
document.querySelector('.sample')?.setAttribute('data-ready', 'yes');
