// What a field of a form says, and whether it can be taken as it stands: told beside it while somebody types.

import { parseTypedDate, readBack } from './typed_date.js';

/** A date is sent as ISO, whatever way it was typed. */
export function valueOf(field) {
  if (field.dataset.date === undefined) return field.value;
  return parseTypedDate(field.value, field.dataset.date).iso ?? field.value;
}

/** Whether somebody changed it; a date that is typed another way is the same date. */
export function hasChanged(field) {
  if (field.tagName === 'SELECT') return !field.selectedOptions[0]?.defaultSelected;
  if (field.value === field.defaultValue) return false;
  return field.dataset.date === undefined || valueOf(field) !== field.dataset.date;
}

/** What is wrong with a value that somebody typed; nothing with one that stood there. */
function objection(field, texts) {
  const value = field.value.trim();
  if (value === '' || !hasChanged(field)) return '';
  if (field.dataset.date !== undefined) return texts[parseTypedDate(value, field.dataset.date).wrong] ?? '';
  const most = Number(field.dataset.length);
  return most > 0 && [...value.normalize('NFC')].length > most ? `${texts['too-long']} ${most}` : '';
}

/** Checks a field, and says beside it how it is understood or what is wrong. */
export function check(field) {
  const echo = document.getElementById(field.getAttribute('aria-describedby'));
  const texts = field.form?.dataset.checks;
  if (!echo || !texts) return;
  const wrong = objection(field, JSON.parse(texts));
  field.setCustomValidity(wrong);
  if (wrong) field.setAttribute('aria-invalid', 'true'); else field.removeAttribute('aria-invalid');
  echo.classList.toggle('wrong', wrong !== '');
  const { iso } = field.dataset.date === undefined ? {} : parseTypedDate(field.value, field.dataset.date);
  echo.textContent = wrong || (iso ? readBack(iso, document.documentElement.lang) : '');
}

/** Checks every field of a form. */
export function checkAll(form) {
  for (const field of form.elements) if (field.name) check(field);
}

document.addEventListener('input', ({ target }) => { if (target.form) check(target); });
// A field that is wrong must be seen: its tab is opened before the browser goes to it.
document.addEventListener('invalid', ({ target }) => {
  const panel = target.closest('[role="tabpanel"][hidden]');
  if (panel) document.querySelector(`[role="tab"][aria-controls="${panel.id}"]`)?.click();
}, true);
