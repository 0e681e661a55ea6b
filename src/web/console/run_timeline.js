// How a run went: pages that had come, been read, been stored, put in review or refused, moment by moment.

import uPlot from 'uplot';
import { ask, notice } from './console.js';

const place = document.getElementById('timeline');
const ZONE = 'Asia/Ho_Chi_Minh';
/** A run that goes on is asked for again after so long, milliseconds. */
const AGAIN = 5_000;
const HEIGHT = 300;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Lines differ in dash and width as well as in colour.
const SERIES = [
  { name: 'in', colour: '--soft', dash: [6, 4], width: 1.5 },
  { name: 'read', colour: '--open', dash: [2, 3], width: 2 },
  { name: 'stored', colour: '--stored', width: 2.5 },
  { name: 'review', colour: '--review', dash: [10, 4], width: 2 },
  { name: 'refused', colour: '--refused', dash: [10, 3, 2, 3], width: 2 },
  { name: 'held', colour: '--held', dash: [4, 2], width: 2 },
];

const seconds = (moment) => Date.parse(moment) / 1000;

/** Quarantine is shown where there is any. */
const shownOf = (points) => SERIES.filter(({ name }) => name !== 'held' || points.some((point) => point.held > 0));

const columns = (points, shown) => [points.map(({ at }) => seconds(at)), ...shown.map(({ name }) => points.map((point) => point[name]))];

/** Moments in Vietnam, as short as the stretch allows. */
function clock(length) {
  const parts = { timeZone: ZONE, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (length < 1_800) parts.second = '2-digit';
  if (length > 86_400) Object.assign(parts, { day: '2-digit', month: '2-digit' });
  const format = new Intl.DateTimeFormat('vi-VN', parts);
  return (second) => format.format(new Date(second * 1000));
}

function chartOf(points, shown) {
  const words = JSON.parse(place.dataset.words);
  const number = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 0 });
  const told = (value) => (value === null || value === undefined ? '—' : number.format(value));
  const [from, to] = [seconds(points[0].at), seconds(points.at(-1).at)];
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') } };
  const whole = (values) => values.map((value) => (Number.isInteger(value) ? number.format(value) : ''));
  const series = shown.map((line) => ({
    label: words[line.name], stroke: colour(line.colour), width: line.width, dash: line.dash, points: { show: false },
    paths: uPlot.paths.stepped({ align: 1 }), value: (_, value) => told(value),
  }));
  return new uPlot({
    width: place.clientWidth,
    height: HEIGHT,
    padding: [null, 32, null, null],
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), ZONE),
    scales: { x: { time: true, range: [from, Math.max(to, from + 1)] }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] } },
    axes: [{ ...axis, space: 90, values: (_, at) => at.map(clock(to - from)) }, { ...axis, size: 64, values: (_, values) => whole(values) }],
    series: [{ label: words.at, value: (_, second) => (second === null ? '—' : clock(to - from)(second)) }, ...series],
  }, columns(points, shown), place);
}

let chart;
let drawn = '';

async function draw() {
  const { points, ended } = await ask('GET', place.dataset.timeline);
  const shown = shownOf(points);
  const same = JSON.stringify(points);
  if (same !== drawn) {
    drawn = same;
    chart?.destroy();
    chart = chartOf(points, shown);
  }
  place.dataset.ready = 'yes';
  if (!ended) setTimeout(() => follow(), AGAIN);
}

/** Nothing moves under the pointer, or on a page that nobody sees. */
function follow() {
  if (document.hidden || place.matches(':hover')) { setTimeout(follow, AGAIN); return; }
  draw().catch(() => setTimeout(follow, AGAIN));
}

addEventListener('resize', () => chart?.setSize({ width: place.clientWidth, height: HEIGHT }));
draw().catch((error) => notice(error.message));
