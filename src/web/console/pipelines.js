// Checks a pipeline, and tries it on a few documents: what would differ stands side by side.

import { ask } from './console.js';

const place = document.getElementById('trial');
const words = JSON.parse(place.dataset.words);
const text = document.getElementById('pipeline');
const said = document.getElementById('said');
const differences = document.getElementById('differences');

async function tell(work, button) {
  button.disabled = true;
  said.className = '';
  differences.replaceChildren();
  try {
    await work();
  } catch (error) {
    said.className = 'wrong';
    said.textContent = error.message;
  }
  button.disabled = false;
}

document.getElementById('check').addEventListener('click', (event) => tell(async () => {
  const { name, stages } = await ask('POST', '/api/pipelines/check', { text: text.value });
  said.textContent = `${words.valid}: ${name} (${stages.join(' → ')})`;
}, event.currentTarget));

document.getElementById('try').addEventListener('click', (event) => tell(async () => {
  const documents = document.getElementById('documents').value.split(',').map((name) => name.trim()).filter(Boolean);
  said.textContent = words.busy;
  const tried = await ask('POST', '/api/pipelines/try', { text: text.value, documents });
  said.textContent = `${tried.seconds.toFixed(1)} ${words.seconds}`;
  differences.replaceChildren(...tried.documents.map(shown));
}, event.currentTarget));

function shown(trial) {
  const part = document.createElement('section');
  const title = document.createElement('h2');
  title.textContent = trial.document;
  part.append(title);
  if (trial.changes.length === 0) {
    part.append(words.same);
    return part;
  }
  const table = document.createElement('table');
  table.append(row('th', [words.what, words.before, words.after]), ...trial.changes.map((change) => row('td', [change.what, change.before, change.after])));
  part.append(table);
  return part;
}

function row(kind, cells) {
  const line = document.createElement('tr');
  for (const cell of cells) {
    const one = document.createElement(kind);
    one.textContent = cell;
    line.append(one);
  }
  return line;
}
