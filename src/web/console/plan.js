// Takes a workbook, a plan or what an office hands in: first what it would change, or which cells are wrong; then, once confirmed,
// it is kept.

import { deliver, notice } from './console.js';

function list(lines) {
  const all = document.createElement('ul');
  for (const text of lines) all.append(Object.assign(document.createElement('li'), { textContent: text }));
  return all;
}

/** The other fields of the form are asked with it. */
function address(form, isTrial) {
  const query = new URLSearchParams({ trial: String(isTrial) });
  for (const field of form.elements) if (field.name && field.type !== 'file') query.set(field.name, field.value);
  return `${form.dataset.workbook}?${query}`;
}

function what(tried, words) {
  return tried.decision ? `${tried.decision} v${tried.version}: ${tried.targets} ${words.lines}` : `${tried.cases} ${words.lines}`;
}

for (const form of document.querySelectorAll('form[data-workbook]')) {
  const said = document.getElementById(`${form.id}-said`);
  const words = JSON.parse(form.dataset.words);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (!file) return;
    try {
      const tried = await deliver('POST', address(form, true), file);
      if (tried.cell_errors.length > 0) {
        said.replaceChildren(Object.assign(document.createElement('p'), { className: 'wrong', textContent: words.wrong }));
        said.append(list(tried.cell_errors.map(({ sheet, cell, problem }) => `${[sheet, cell].filter(Boolean).join(' ')}: ${problem}`)));
        return;
      }
      const keep = Object.assign(document.createElement('button'), { type: 'button', className: 'first', textContent: words.keep });
      said.replaceChildren(what(tried, words), list(tried.changes ?? []), keep);
      keep.focus();
      keep.addEventListener('click', async () => {
        keep.disabled = true;
        try {
          await deliver('POST', address(form, false), file);
          location.reload();
        } catch (error) {
          notice(error.message);
          keep.disabled = false;
        }
      });
    } catch (error) {
      said.replaceChildren(Object.assign(document.createElement('p'), { className: 'wrong', textContent: error.message }));
    }
  });
}
