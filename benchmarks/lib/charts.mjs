import { toSections } from './report.mjs';
import { median } from './statistics.mjs';
import { drawBars, drawCurves } from './svg.mjs';

/** @typedef {import('../types.d.ts').RowResult} Row */

/** Short names of what there are goals for. */
const SHORT = new Map([
  ['connect', 'connect'],
  ['echo', 'event with ack'],
  ['burst', '100 emits'],
  ['broadcast300', 'broadcast to 300'],
  ['binary4k', '4 KiB binary echo'],
  ['polling', 'polling echo'],
  ['idle request kept rss', 'idle: memory'],
  ['idle request kept heap', 'idle: heap'],
  ['idle request let go rss', 'idle, let go: memory'],
  ['idle request let go heap', 'idle, let go: heap'],
]);

/**
 * The charts of docs/performance.md by name.
 * @param {Row[]} rows
 * @returns {Map<string, string>}
 */
export function drawCharts(rows) {
  return new Map([
    ['goals', goalsChart(rows)],
    ['fanout', curve(rows, 'fanout', 'Recipients', 'A broadcast: server CPU per recipient')],
    ['sizes', curve(rows, 'sizes', 'Size of the text', 'An event with acknowledgement: server CPU per byte', bytesOf)],
  ]);
}

/** @param {Row[]} rows */
function goalsChart(rows) {
  const lines = toSections(rows)
    .filter(({ title }) => title === 'What there are goals for')
    .flatMap((section) => section.lines);
  const bars = lines.map((line) => ({
    label: SHORT.get(line.scenario) ?? SHORT.get(`${line.scenario} ${line.variant} ${line.metric}`) ?? line.label,
    floor: line.cells.floor?.figures?.median,
    value: line.cells.sio?.figures?.median,
    goal: line.goal,
  }));
  return drawBars('What sio costs, socket.io = 1', bars);
}

/**
 * @param {Row[]} rows
 * @param {string} scenario
 * @param {string} axis
 * @param {string} title
 * @param {(variant: string) => number} [divisor] of a figure
 */
function curve(rows, scenario, axis, title, divisor = () => 1) {
  const of = rows.filter((row) => row.scenario === scenario);
  const labels = of.map(({ variant }) => variant);
  const series = ['socketio', 'floor', 'sio'].map((name) => ({
    name: of[0]?.peers.find((peer) => peer.name === name)?.title ?? name,
    values: of.map((row) => median((row.rounds[name] ?? []).map(({ cpu }) => cpu)) / divisor(row.variant)),
  }));
  return drawCurves(title, axis, divisor('1 B') === 1 && scenario === 'sizes' ? 'µs per byte' : 'µs', labels, series);
}

/** @param {string} size such as `10 KiB` */
function bytesOf(size) {
  const [count, unit] = size.split(' ');
  return Number(count) * ({ B: 1, KiB: 1024, MiB: 1024 * 1024 }[unit] ?? 1);
}
