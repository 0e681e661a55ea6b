// A table that stays quick with ten thousand files: grouped by folder, only what is seen is there.

const HEIGHT = 28;
const MARGIN = 8;

export class Table {
  constructor(place, words) {
    this.place = place;
    this.words = words;
    this.groups = new Map();
    this.rows = [];
    this.isOld = true;
    this.state = '';
    this.space = document.createElement('div');
    this.space.className = 'space';
    this.seen = document.createElement('div');
    this.seen.className = 'seen';
    this.space.append(this.seen);
    place.append(this.space);
    place.addEventListener('scroll', () => this.changed(), { passive: true });
    addEventListener('resize', () => this.changed());
    document.getElementById('state').addEventListener('change', (event) => { this.state = event.target.value; this.isOld = true; this.changed(); });
  }

  add(entry) {
    const folder = entry.path.includes('/') ? entry.path.slice(0, entry.path.lastIndexOf('/')) : '';
    const group = this.groups.get(folder) ?? [];
    const old = group.findIndex((other) => other.path === entry.path);
    if (old < 0) group.push(entry); else group[old] = entry;
    this.groups.set(folder, group);
    this.isOld = true;
    this.changed();
  }

  changed() {
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  draw() {
    if (this.isOld || this.state) this.arrange();
    const first = Math.max(0, Math.floor(this.place.scrollTop / HEIGHT) - MARGIN);
    const last = Math.min(this.rows.length, Math.ceil((this.place.scrollTop + this.place.clientHeight) / HEIGHT) + MARGIN);
    this.space.style.height = `${this.rows.length * HEIGHT}px`;
    this.seen.style.transform = `translateY(${first * HEIGHT}px)`;
    this.place.setAttribute('aria-rowcount', String(this.rows.length));
    this.seen.replaceChildren(...this.rows.slice(first, last).map((row, place) => this.row(row, first + place)));
  }

  arrange() {
    this.isOld = false;
    this.rows = [];
    for (const [folder, entries] of [...this.groups].sort(([one], [other]) => one.localeCompare(other, 'vi', { numeric: true }))) {
      const shown = this.state ? entries.filter((entry) => entry.state === this.state) : entries;
      if (shown.length === 0) continue;
      this.rows.push({ folder, count: entries.length });
      shown.sort((one, other) => one.path.localeCompare(other.path, 'vi', { numeric: true }));
      this.rows.push(...shown);
    }
  }

  row(row, number) {
    const element = document.createElement('div');
    element.setAttribute('role', 'row');
    element.setAttribute('aria-rowindex', String(number + 1));
    const cell = (text, name) => {
      const one = document.createElement('span');
      one.setAttribute('role', 'cell');
      one.className = name;
      one.textContent = text;
      element.append(one);
      return one;
    };
    if (row.folder !== undefined) {
      element.className = 'folder';
      cell(row.folder || this.words.loose, 'name');
      cell(String(row.count), 'figure');
      return element;
    }
    element.className = `file ${row.state}`;
    cell(row.path.split('/').pop(), 'name').title = row.path;
    cell(size(row.bytes), 'figure');
    const percent = row.state === 'sending' && row.bytes > 0 ? ` ${Math.floor((100 * row.sent) / row.bytes)} %` : '';
    cell(this.words.state[row.state] + percent, 'state');
    cell(row.reason ?? '', 'reason').title = row.reason ?? '';
    return element;
  }
}

const figures = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 });

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${figures.format(bytes / 1000)} kB` : `${figures.format(bytes / 1_000_000)} MB`;
}
