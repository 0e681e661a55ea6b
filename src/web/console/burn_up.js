// What was planned, stored and accepted for a line of the roadmap, day by day.

import uPlot from 'uplot';
import { ask, notice } from './console.js';

const place = document.getElementById('burn-up');
const DAY = 86_400;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

async function draw() {
  const { days } = await ask('GET', place.dataset.burnUp);
  const words = JSON.parse(place.dataset.words);
  const number = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 });
  const shown = (value) => (value === null || value === undefined ? '—' : number.format(value));
  // Midnight UTC stands for the day: no zone can move it to another.
  const at = days.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const date = (second) => new Date(second * 1000).toISOString().slice(0, 10).split('-').reverse().join('/');
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') } };
  const chart = new uPlot({
    width: place.clientWidth,
    height: 320,
    padding: [null, 40, null, null],
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), 'Etc/UTC'),
    scales: { x: { time: true, range: [at[0] - DAY, at.at(-1) + DAY] }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] } },
    axes: [{ ...axis, values: (_, seconds) => seconds.map(date) }, { ...axis, size: 80, values: (_, values) => values.map(shown) }],
    series: [
      { label: words.day, value: (_, second) => (second === null ? '—' : date(second)) },
      { label: words.planned, stroke: colour('--soft'), dash: [6, 4], width: 1.5, value: (_, value) => shown(value) },
      { label: words.stored, stroke: colour('--review'), width: 1.5, paths: uPlot.paths.stepped({ align: 1 }), value: (_, value) => shown(value) },
      { label: words.accepted, stroke: colour('--accent'), width: 2.5, paths: uPlot.paths.stepped({ align: 1 }), value: (_, value) => shown(value) },
    ],
  }, [at, ...['planned', 'stored', 'accepted'].map((name) => days.map((day) => day[name]))], place);
  addEventListener('resize', () => chart.setSize({ width: place.clientWidth, height: 320 }));
  place.dataset.ready = 'yes';
}
draw().catch((error) => notice(error.message));
