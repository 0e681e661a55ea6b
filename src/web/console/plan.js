// Takes a plan out of a workbook: first what it would change, or which cells are wrong; then, once confirmed, it is kept.

import { deliver, notice } from './console.js';

const form = document.getElementById('plan');
const said = document.getElementById('plan-said');
const words = JSON.parse(form.dataset.words);

function list(lines) {
  const all = document.createElement('ul');
  for (const text of lines) all.append(Object.assign(document.createElement('li'), { textContent: text }));
  return all;
}

function address(isTrial) {
  const query = new URLSearchParams({ trial: String(isTrial), decision: form.elements.decision.value, reason: form.elements.reason.value });
  return `/api/roadmap/plan?${query}`;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const file = form.elements.file.files[0];
  if (!file) return;
  try {
    const tried = await deliver('POST', address(true), file);
    if (tried.wrong.length > 0) {
      said.replaceChildren(Object.assign(document.createElement('p'), { className: 'wrong', textContent: words.wrong }));
      said.append(list(tried.wrong.map(({ sheet, cell, problem }) => `${[sheet, cell].filter(Boolean).join(' ')}: ${problem}`)));
      return;
    }
    const keep = Object.assign(document.createElement('button'), { type: 'button', className: 'first', textContent: words.keep });
    said.replaceChildren(`${tried.decision} v${tried.version}: ${tried.lines} ${words.lines}`, list(tried.changes), keep);
    keep.focus();
    keep.addEventListener('click', async () => {
      keep.disabled = true;
      try {
        await deliver('POST', address(false), file);
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
