import { markdownTable } from 'markdown-table';
import { countObjects, differences } from './lib/objects.mjs';
import { Session } from './lib/session.mjs';
import { loadScenario } from './scenarios/index.mjs';

/** Connections that are there before, and those that are counted. */
const FIRST = 300;
const COUNTED = 1000;

/** Objects that take fewer bytes of a connection stand in one line. */
const SMALLEST = 40;

const CASES = [
  { title: 'floor, own reader', name: 'floor-own' },
  { title: 'plain Node', name: 'sio' },
  { title: 'Express', name: 'sio-express' },
  { title: 'Koa', name: 'sio-koa' },
  { title: 'Fastify', name: 'sio-fastify' },
  { title: 'Hapi', name: 'sio-hapi' },
];

const idle = await loadScenario('idle');

for (const releaseRequest of [false, true]) {
  const columns = [];
  for (const { title, name } of CASES) columns.push(await measure(name, title, releaseRequest));
  process.stdout.write(`\n${releaseRequest ? 'request let go' : 'request kept'}\n${tableOf(columns)}\n`);
}
process.exit();

/**
 * Measures the memory of one further idle connection.
 * @param {string} name @param {string} title @param {boolean} releaseRequest
 */
async function measure(name, title, releaseRequest) {
  const session = new Session(idle);
  try {
    await session.start({ name, title, settings: { releaseRequest } }, idle.variants[0]);
    await session.work(FIRST);
    const before = countObjects(await session.server.ask('snapshot'));
    await session.work(COUNTED);
    return { title, bytes: differences(before, countObjects(await session.server.ask('snapshot')), COUNTED) };
  } finally {
    await session.stop();
  }
}

/** @param {{ title: string, bytes: Map<string, number> }[]} columns */
function tableOf(columns) {
  const names = new Set(columns.flatMap(({ bytes }) => [...bytes.keys()]));
  const largest = (/** @type {string} */ name) => Math.max(...columns.map(({ bytes }) => bytes.get(name) ?? 0));
  const shown = [...names].filter((name) => largest(name) >= SMALLEST).sort((a, b) => largest(b) - largest(a));
  const line = (/** @type {string} */ label, /** @type {(bytes: Map<string, number>) => number} */ of) => [
    label,
    ...columns.map(({ bytes }) => `${Math.round(of(bytes)) || '–'}`),
  ];
  const sum = (/** @type {number[]} */ each) => each.reduce((total, one) => total + one, 0);
  const rest = (/** @type {Map<string, number>} */ bytes) =>
    sum([...bytes].filter(([name]) => !shown.includes(name)).map(([, size]) => size));
  const body = [
    ...shown.map((name) => line(name, (bytes) => bytes.get(name) ?? 0)),
    line('smaller ones', rest),
    line('all', (bytes) => sum([...bytes.values()])),
  ];
  return markdownTable([['bytes', ...columns.map(({ title }) => title)], ...body], {
    align: ['', ...columns.map(() => 'r')],
  });
}
