// What somebody typed about a document and has not sent: kept in this tab, document by document, and filled in again
// whenever the document is shown anew, such as at another page, after signing in, or opened again.

import { checkAll, hasChanged } from './checks.js';
import { correctedWords, keepCorrected, showCorrected } from './page_view.js';
import { isOnlyHere, unsavedOf } from './unsaved.js';

const documentOf = (form) => form.dataset.undo.split('?')[0];
const keyOf = (document) => `sohoa draft ${window.document.body.dataset.user} ${document}`;
const form = () => document.querySelector('form[data-swift]');

/** All that was typed: values as they stand in their fields, and words. */
export function snapshot(form) {
  const typed = [...form.elements].filter((field) => field.name && field.tagName !== 'BUTTON' && field.type !== 'hidden');
  const changed = typed.filter((field) => (field.dataset.changed === undefined ? field.value !== field.defaultValue : hasChanged(field)));
  return { values: Object.fromEntries(changed.map((field) => [field.name, field.value])), words: correctedWords() };
}

const isEmpty = ({ values, words }) => Object.keys(values).length === 0 && words.length === 0;

/** Whether nothing was typed since this was. */
export const isUnchangedSince = (form, before) => JSON.stringify(snapshot(form)) === JSON.stringify(before);

function keep() {
  const open = form();
  if (!open) return;
  const draft = snapshot(open);
  const key = keyOf(documentOf(open));
  try {
    if (isEmpty(draft)) sessionStorage.removeItem(key); else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch { /* The guard below holds the page. */ }
}

/** What is typed is sent, or not wanted. */
export function dropDraft(document) {
  sessionStorage.removeItem(keyOf(document));
}

/** Fills in what was typed about the document before. */
export function restore(form) {
  if (!form) return;
  const document = documentOf(form);
  const draft = JSON.parse(sessionStorage.getItem(keyOf(document)) ?? 'null') ?? unsavedOf(document)?.draft;
  for (const [name, value] of Object.entries(draft?.values ?? {})) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  for (const { page, word, read, text } of draft?.words ?? []) keepCorrected(page, word, read, text);
  showCorrected();
  checkAll(form);
  const isTurned = sessionStorage.getItem('turned') === document;
  sessionStorage.removeItem('turned');
  const told = form.querySelector('.restored');
  if (!draft || !told) return;
  told.hidden = isTurned;
  told.querySelector('button').addEventListener('click', () => {
    dropDraft(document);
    form.reset();
    window.document.getElementById('corrected').replaceChildren();
    told.hidden = true;
    checkAll(form);
    showCorrected(true);
  });
}

document.addEventListener('input', keep);
document.addEventListener('change', keep);
document.addEventListener('corrected', keep);

// Leaving the document with something typed is asked about; what stays with it, or is kept, is not.

let isInside = false;

/** The page that comes next shows this document again, or nothing of it is open any more. */
export function goesInside() {
  isInside = true;
}

/** The same document is shown again, at another page. */
function turns() {
  goesInside();
  const open = form();
  if (open) sessionStorage.setItem('turned', documentOf(open));
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]');
  if (link && form() && link.pathname === location.pathname && link.search !== location.search) turns();
}, true);
document.addEventListener('turn', turns);
document.addEventListener('done', goesInside);
document.addEventListener('kept', goesInside);
addEventListener('beforeunload', (event) => {
  const open = form();
  if (isInside) { isInside = false; return; }
  const isTyped = open && !isEmpty(snapshot(open)) && !isUnchangedSince(open, unsavedOf(documentOf(open))?.draft);
  if (isTyped || isOnlyHere()) event.preventDefault();
});
