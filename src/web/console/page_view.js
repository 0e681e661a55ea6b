// A page's picture beside its text: deep zoom, boxes of words, and a click that finds the word on the other side.

import OpenSeadragon from 'openseadragon';
import { deliver, notice } from './api.js';

const DOUBTFUL = 60;

// The viewer would write a style sheet into the page, which the page's policy forbids: it finds one there already.
// (Of no HTML name, so that it styles nothing.)
const stand = document.createElementNS('urn:sohoa:none', 'style');
stand.setAttribute('data-openseadragon-mobile-css', 'true');
document.head.append(stand);

let sheet;
let text;
let viewer;
let chosen;

/** A picture that was drawn in every size before it is shown: nothing is decoded while somebody waits for it. */
class DrawnPicture extends OpenSeadragon.ImageTileSource {
  async draw() {
    this.drawn = [];
    let larger = await createImageBitmap(this.image);
    for (let level = this.maxLevel; level >= this.minLevel; level -= 1) {
      const { width, height } = this.levels[level];
      const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
      context.drawImage(larger, 0, 0, width, height);
      // Browsers draw when they must: whoever reads a point makes them.
      context.getImageData(0, 0, 1, 1);
      this.drawn[level] = context;
      larger = context.canvas;
    }
  }

  downloadTileStart(job) {
    const context = this.drawn[job.postData.level];
    // The viewer empties what it has let go of.
    if (context.canvas.width > 0) job.finish(context, null, 'context2d');
    else super.downloadTileStart(job);
  }
}

/** A picture that can be laid without waiting. */
export async function prepared(address) {
  const source = new DrawnPicture({ url: address });
  await new Promise((done, fail) => {
    source.addOnceHandler('ready', done);
    source.addOnceHandler('open-failed', fail);
  });
  await source.draw();
  return source;
}

function begun() {
  viewer = OpenSeadragon({
    element: sheet,
    // One picture needs no graphics processor, which offices' machines have not.
    drawer: 'canvas',
    showNavigationControl: false,
    crossOriginPolicy: false,
    animationTime: 0.25,
    maxZoomPixelRatio: 3,
    visibilityRatio: 0.6,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  });
  // Who looks closer than the picture has points gets the page as it was delivered, laid over it.
  viewer.addHandler('zoom', () => {
    const seen = viewer.world.getItemAt(0);
    if (sheet.dataset.whole || !seen || seen.viewportToImageZoom(viewer.viewport.getZoom()) < 1.1) return;
    sheet.dataset.whole = 'yes';
    viewer.addTiledImage({ tileSource: { type: 'image', url: `${sheet.dataset.picture}?size=full` }, x: 0, y: 0, width: 1 });
  });
}

/** Lays a picture on the sheet; resolves when it can be seen, or when it cannot: fields and text are there all the same. */
function lay(picture) {
  chosen = undefined;
  if (viewer?.element !== sheet) {
    viewer?.destroy();
    begun();
  }
  delete sheet.dataset.whole;
  return new Promise((done) => {
    const opened = () => {
      viewer.removeHandler('open-failed', failed);
      viewer.viewport.fitHorizontally(true);
      viewer.viewport.panTo(new OpenSeadragon.Point(0.5, viewer.viewport.getBounds().height / 2), true);
      done();
    };
    const failed = () => {
      viewer.removeHandler('open', opened);
      notice(document.body.dataset.wrong);
      done();
    };
    viewer.addOnceHandler('open', opened);
    viewer.addOnceHandler('open-failed', failed);
    viewer.open(picture);
  });
}

/** A box on the page, whose sides are measured in px of a page of this width. */
function box(bounds, width, kind) {
  const element = document.createElement('div');
  element.className = `box ${kind}`;
  const rect = new OpenSeadragon.Rect(bounds.x0 / width, bounds.y0 / width, (bounds.x1 - bounds.x0) / width, (bounds.y1 - bounds.y0) / width);
  if (viewer.isOpen()) viewer.addOverlay({ element, location: rect });
  return { element, rect };
}

function show(bounds, width) {
  if (!viewer.isOpen()) return;
  if (chosen) viewer.removeOverlay(chosen.element);
  chosen = box(bounds, width, 'chosen');
  const around = viewer.viewport.getBounds();
  const { rect } = chosen;
  if (!around.containsPoint(rect.getTopLeft()) || !around.containsPoint(rect.getBottomRight())) viewer.viewport.panTo(rect.getCenter());
}

/** Letters without marks, for finding what was searched. */
const folded = (word) => word.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Words of a page with their boxes, as the API tells them; none where it does not. */
async function wordsAt(address) {
  const response = await fetch(address, { headers: { accept: 'application/json' } }).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}

async function begin(opened, words, turn) {
  // Of a page that could not be read there are none.
  const page = (await words) ?? { width: 1, lines: [] };
  await opened;
  // Another document was laid over it meanwhile.
  if (turn !== laid) return;
  const wanted = new Set(sheet.dataset.query.split(/\s+/).filter((word) => !word.includes(':')).map(folded).filter(Boolean));
  const rows = [];
  const boxes = [];
  for (const line of page.lines) {
    const row = document.createElement('span');
    row.className = 'line';
    for (const word of line) {
      const isDoubtful = word.confidence < DOUBTFUL;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = isDoubtful ? 'word doubt' : 'word';
      button.textContent = word.text;
      button.dataset.word = String(word.word);
      button.dataset.read = word.text;
      button.title = `${word.confidence} %${word.other ? ` · ${word.other}` : ''}`;
      button.addEventListener('click', () => {
        for (const other of text.querySelectorAll('[aria-pressed="true"]')) other.setAttribute('aria-pressed', 'false');
        button.setAttribute('aria-pressed', 'true');
        show(word.bounds, page.width);
        if (text.dataset.edit) edit(button, word);
      });
      row.append(button, ' ');
      if (wanted.has(folded(word.text))) boxes.push([word.bounds, 'found']);
      if (isDoubtful && text?.dataset.edit) boxes.push([word.bounds, 'doubt', button]);
    }
    rows.push(row);
  }
  text?.append(...rows);
  showCorrected();
  for (const [bounds, kind, button] of boxes) box(bounds, page.width, kind).element.addEventListener('click', () => button?.click());
  sheet.dataset.ready = 'yes';
  sheet.dispatchEvent(new CustomEvent('ready', { bubbles: true }));
  for (const button of document.querySelectorAll('[data-show]')) {
    button.addEventListener('click', () => {
      const [number, x0, y0, x1, y1] = button.dataset.show.split(' ').map(Number);
      if (number !== Number(sheet.dataset.page)) {
        const there = new URL(location.href);
        there.searchParams.set('page', String(number));
        there.hash = `box=${[x0, y0, x1, y1].join(',')}`;
        document.dispatchEvent(new Event('turn'));
        location.assign(there);
        return;
      }
      show({ x0, y0, x1, y1 }, page.width);
    });
  }
  const asked = location.hash.match(/^#box=(\d+),(\d+),(\d+),(\d+)$/);
  if (asked) {
    const [x0, y0, x1, y1] = asked.slice(1).map(Number);
    show({ x0, y0, x1, y1 }, page.width);
  }
}

/** Lets a word be written anew; what was written goes with the form. */
function edit(button, word) {
  const field = document.createElement('input');
  field.value = button.textContent;
  field.size = Math.max(4, button.textContent.length + 2);
  field.setAttribute('aria-label', word.text);
  button.replaceWith(field);
  field.focus();
  field.select();
  const leave = (keep) => {
    if (keep && field.value.trim() && field.value !== button.textContent) {
      button.textContent = field.value.trim().normalize('NFC');
      keepCorrected(Number(text.dataset.page), word.word, word.text, button.textContent);
      button.classList.remove('doubt');
      document.dispatchEvent(new Event('corrected'));
    }
    field.replaceWith(button);
  };
  field.addEventListener('blur', () => leave(true), { once: true });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { event.preventDefault(); field.blur(); }
    if (event.key === 'Escape') { field.value = button.textContent; field.blur(); }
  });
}

/** Keeps a word that was written anew, of whatever page, until the form is sent. */
export function keepCorrected(page, word, read, said) {
  const place = document.getElementById('corrected');
  if (!place) return;
  const known = place.querySelector(`[data-page="${page}"][data-word="${word}"]`);
  if (known) { known.querySelector('[name="words[].text"]').value = said; return; }
  const row = document.createElement('span');
  row.dataset.rowNumber = String(place.children.length);
  Object.assign(row.dataset, { page: String(page), word: String(word), read });
  for (const [name, value, isNumber] of [['page', page, true], ['word', word, true], ['text', said, false]]) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = `words[].${name}`;
    input.value = value;
    if (isNumber) input.dataset.kind = 'number';
    row.append(input);
  }
  place.append(row);
}

const said = (row) => row.querySelector('[name="words[].text"]').value;

/** The words that were written anew and are not sent. */
export function correctedWords() {
  const rows = [...document.querySelectorAll('#corrected > span')];
  return rows.map((row) => ({ page: Number(row.dataset.page), word: Number(row.dataset.word), read: row.dataset.read, text: said(row) }));
}

/** Shows on the page's text what was written anew; of a word that is read differently now, nothing is kept. With `again`,
 *  words that were given up are shown as they were read. */
export function showCorrected(again = false) {
  const place = document.getElementById('corrected');
  if (!place || !text) return;
  for (const button of text.querySelectorAll('button.word')) {
    const row = place.querySelector(`[data-page="${text.dataset.page}"][data-word="${button.dataset.word}"]`);
    if (again) button.textContent = button.dataset.read;
    if (!row) continue;
    if (row.dataset.read !== button.dataset.read) { row.remove(); continue; }
    button.textContent = said(row);
    button.classList.remove('doubt');
  }
  [...place.children].forEach((row, number) => { row.dataset.rowNumber = String(number); });
}

/** Another scan in the place of the page: it goes off as soon as it is chosen, and the page is read anew. */
function takeScan(scan) {
  scan.addEventListener('change', async () => {
    scan.disabled = true;
    try {
      await deliver('POST', scan.dataset.scan, scan.files[0]);
      document.dispatchEvent(new Event('turn'));
      location.reload();
    } catch (error) {
      notice(error.message);
      scan.disabled = false;
    }
  });
}

function turnTabs() {
  for (const tab of document.querySelectorAll('[role="tab"]')) {
    tab.addEventListener('click', () => {
      for (const other of document.querySelectorAll('[role="tab"]')) {
        const isChosen = other === tab;
        other.setAttribute('aria-selected', String(isChosen));
        document.getElementById(other.getAttribute('aria-controls')).hidden = !isChosen;
      }
    });
  }
}

let laid = 0;

/** Opens the sheet that stands on the page now, with what was fetched of it before. */
function open({ picture, words } = {}) {
  sheet = document.getElementById('sheet');
  text = document.getElementById('text');
  laid += 1;
  const opened = lay(picture ?? { type: 'image', url: sheet.dataset.picture });
  const scan = document.querySelector('[data-scan]');
  if (scan) takeScan(scan);
  turnTabs();
  begin(opened, words ?? wordsAt(sheet.dataset.words), laid);
}

/** Puts another document's main part in the place of this one's; the sheet stays, with the viewer on it. */
export function turnTo(main, fetched) {
  const other = main.querySelector('#sheet');
  for (const name of Object.keys(sheet.dataset)) delete sheet.dataset[name];
  for (const { name, value } of other.attributes) sheet.setAttribute(name, value);
  other.replaceWith(sheet);
  document.querySelector('main').replaceWith(main);
  open(fetched);
}

open();
