import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { toSections } from './report.mjs';
import { median } from './statistics.mjs';

/** @typedef {import('../types.d.ts').RowResult} Row */

/** Short names of what there are goals for. */
const SHORT = new Map([
  ['connect-cold', 'first connects of a process'],
  ['connect', 'connect'],
  ['echo', 'event with ack'],
  ['burst', '100 emits'],
  ['broadcast300', 'broadcast to 300'],
  ['binary4k', '4 KiB binary echo'],
  ['binary4k-cold', '4 KiB binary echo, first of a process'],
  ['polling', 'polling echo'],
  ['polling-agent', 'polling echo, Node’s HTTP agent'],
  ['fanout', 'broadcast to 10 000'],
  ['idle request kept rss', 'idle: memory'],
  ['idle request kept heap', 'idle: heap'],
  ['idle request let go rss', 'idle, let go: memory'],
  ['idle request let go heap', 'idle, let go: heap'],
]);

/** Colours that tell the servers apart on white and on black. */
const COLOURS = { socketio: '#d9822b', floor: '#8a9ba8', sio: '#2f80c2' };
const TEXT = '#70808c';
/** Large enough that a phone, which shows a chart at two thirds of its size, leaves the text readable. */
const FONT_SIZE = 14;
const LABELS = { labelColor: TEXT, titleColor: TEXT, labelFontSize: FONT_SIZE, titleFontSize: FONT_SIZE };
const CONFIG = {
  background: null,
  font: 'system-ui, sans-serif',
  title: { anchor: 'start', color: TEXT, fontSize: FONT_SIZE },
  axis: { ...LABELS, gridColor: TEXT, gridOpacity: 0.25, domain: false, ticks: false },
  legend: { labelColor: TEXT, labelFontSize: FONT_SIZE, orient: 'bottom', title: null },
  view: { stroke: null },
};

/** @param {object} chart a specification of Vega-Lite @returns {Promise<string>} */
async function draw(chart) {
  const { spec } = compile(/** @type {any} */ ({ width: 440, config: CONFIG, ...chart }));
  return `${await new View(parse(spec), { renderer: 'none' }).toSVG()}\n`;
}

/** The charts of docs/performance.md by name. @param {Row[]} rows @returns {Promise<Map<string, string>>} */
export async function drawCharts(rows) {
  const fanout = { axis: 'Recipients', title: 'A broadcast: server CPU per recipient', unit: 'µs' };
  const sizes = {
    axis: 'Size of the text',
    title: 'An event with acknowledgement: server CPU per byte',
    unit: 'µs per byte',
    divisor: bytesOf,
  };
  return new Map([
    ['goals', await draw(goalsChart(rows))],
    ['fanout', await draw(curve(rows, 'fanout', fanout))],
    ['sizes', await draw(curve(rows, 'sizes', sizes))],
  ]);
}

/** @param {Row[]} rows */
function goalsChart(rows) {
  const lines = toSections(rows)
    .filter(({ title }) => title === 'What there are goals for')
    .flatMap((section) => section.lines);
  const values = lines.map((line) => ({
    row: SHORT.get(line.scenario) ?? SHORT.get(`${line.scenario} ${line.variant} ${line.metric}`) ?? line.label,
    floor: line.cells.floor?.figures?.median,
    sio: line.cells.sio?.figures?.median,
    goal: line.goal,
  }));
  // A label stands above its bars: beside them it would take half of a phone's screen.
  const axis = { labelAlign: 'left', labelPadding: 0, labelOffset: -16, labelLimit: 440 };
  const y = { field: 'row', type: 'nominal', sort: null, title: null, axis };
  const x = (/** @type {string} */ field) => ({ field, type: 'quantitative', title: null, scale: { domain: [0, 1] } });
  const named = (/** @type {string} */ name) => ({ datum: name });
  return {
    title: 'CPU and memory relative to socket.io',
    height: { step: 48 },
    data: { values },
    encoding: { y },
    layer: [
      { mark: { type: 'bar', height: 18, yOffset: 8 }, encoding: { x: x('sio'), color: named('sio') } },
      { mark: { type: 'bar', height: 6, yOffset: 14 }, encoding: { x: x('floor'), color: named('floor') } },
      {
        mark: { type: 'tick', size: 24, thickness: 2.5, yOffset: 8 },
        encoding: { x: x('goal'), color: named('goal') },
      },
      {
        mark: { type: 'text', align: 'right', dy: -14, color: TEXT, fontSize: FONT_SIZE },
        encoding: { x: { datum: 1 }, text: { field: 'sio', format: '.2f' } },
      },
    ],
    resolve: { scale: { color: 'shared' } },
    config: { ...CONFIG, range: { category: [COLOURS.sio, COLOURS.floor, COLOURS.socketio] } },
  };
}

/** @typedef {{ axis: string, title: string, unit: string, divisor?: (variant: string) => number }} Curve  divisor: of a figure */

/** @param {Row[]} rows @param {string} scenario @param {Curve} curve */
function curve(rows, scenario, { axis, title, unit, divisor = () => 1 }) {
  const of = rows.filter((row) => row.scenario === scenario);
  const titleOf = (/** @type {string} */ name) => of[0]?.peers.find((peer) => peer.name === name)?.title ?? name;
  const names = Object.keys(COLOURS);
  const values = of.flatMap(({ variant, rounds }) =>
    names.map((name) => ({
      variant,
      server: titleOf(name),
      cpu: median((rounds[name] ?? []).map(({ cpu }) => cpu)) / divisor(variant),
    })),
  );
  return {
    title,
    height: 216,
    data: { values: values.filter(({ cpu }) => Number.isFinite(cpu)) },
    mark: { type: 'line', point: true, strokeWidth: 2.5 },
    encoding: {
      x: { field: 'variant', type: 'ordinal', sort: null, title: axis, axis: { labelAngle: 0 } },
      y: { field: 'cpu', type: 'quantitative', title: unit },
      color: { field: 'server', sort: null, scale: { domain: names.map(titleOf), range: Object.values(COLOURS) } },
    },
  };
}

/** @param {string} size such as `10 KiB` */
function bytesOf(size) {
  const [count, unit] = size.split(' ');
  return Number(count) * ({ B: 1, KiB: 1024, MiB: 1024 * 1024 }[unit] ?? 1);
}
