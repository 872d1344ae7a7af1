import { markdownTable } from 'markdown-table';
import { metrics } from './metrics.mjs';
import { BEFORE } from './peers.mjs';
import { pairedRatios, summarize } from './statistics.mjs';

/**
 * @typedef {object} Cell
 * @property {import('../types.d.ts').Summary | null} figures null when there are none
 * @property {string} [failure] why
 */

/**
 * One line of the report.
 * @typedef {object} Line
 * @property {string} scenario
 * @property {string} variant
 * @property {string} metric key of the figure
 * @property {string} label
 * @property {string} unit
 * @property {boolean} ratio
 * @property {number | undefined} goal
 * @property {number} rounds
 * @property {Record<string, Cell>} cells by server
 * @property {import('../types.d.ts').Summary | undefined} share of one contestant in the sum of the others
 * @property {import('../types.d.ts').Summary | undefined} change sio relative to another build of it
 */

/**
 * Lines with the same servers.
 * @typedef {object} Section
 * @property {string} title
 * @property {import('../types.d.ts').RowResult['peers']} peers the first is what the others are compared with
 * @property {Line[]} lines
 */

/** @param {import('../types.d.ts').RowResult[]} rows @returns {Section[]} */
export function toSections(rows) {
  /** @type {Map<string, Section>} */
  const sections = new Map();
  for (const row of rows) {
    const goals = Object.keys(row.goals).length > 0;
    const names = row.peers.map(({ name }) => name).join();
    const key = `${goals} ${names}`;
    const section = sections.get(key) ?? { title: sectionTitle(row, goals), peers: row.peers, lines: [] };
    section.lines.push(...toLines(row));
    sections.set(key, section);
  }
  return [...sections.values()];
}

/** @param {import('../types.d.ts').RowResult} row @param {boolean} goals */
function sectionTitle({ scenario, peers }, goals) {
  if (goals) return 'What there are goals for';
  if (scenario.startsWith('mounts-')) return 'Mounted on a framework';
  if (scenario.startsWith('costs-')) return `What it costs: ${scenario.slice('costs-'.length)}`;
  if (scenario === 'mixed') return 'Generations and transports on one server, and each on a server of its own';
  return `Further work, ${peers[0].title} = 1`;
}

/** @param {import('../types.d.ts').RowResult} row @returns {Line[]} */
export function toLines(row) {
  return metrics[row.method].map((metric) => ({
    scenario: row.scenario,
    variant: row.variant,
    metric: metric.key,
    label: `${row.title}${row.variant && `: ${row.variant}`} – ${metric.label} per ${row.op}`,
    unit: metric.unit,
    ratio: metric.ratio,
    goal: row.goals[metric.key],
    rounds: Math.max(0, ...Object.values(row.rounds).map((figures) => figures.length)),
    cells: Object.fromEntries(row.peers.map((peer) => [peer.name, toCell(row, peer.name, row.peers[0].name, metric)])),
    share: shareOf(row, metric.key),
    change: changeOf(row, metric.key),
  }));
}

/** @param {import('../types.d.ts').RowResult} row @param {string} key */
function changeOf({ rounds }, key) {
  const [now, before] = ['sio', BEFORE].map((name) => (rounds[name] ?? []).map((figures) => figures[key]));
  return now.length > 0 && before.length > 0 ? summarize(pairedRatios(now, before)) : undefined;
}

/** @param {import('../types.d.ts').RowResult} row @param {string} key */
function shareOf({ versusSum, rounds, peers }, key) {
  if (versusSum === undefined) return undefined;
  const values = (/** @type {string} */ name) => (rounds[name] ?? []).map((figures) => figures[key]);
  const one = values(versusSum);
  const others = peers.filter(({ name }) => name !== versusSum).map(({ name }) => values(name));
  if (others.some((each) => each.length < one.length)) return undefined;
  return summarize(one.map((value, round) => value / others.reduce((sum, each) => sum + each[round], 0)));
}

/**
 * @param {import('../types.d.ts').RowResult} row
 * @param {string} peer
 * @param {string} base
 * @param {{ key: string, ratio: boolean }} metric
 * @returns {Cell}
 */
function toCell(row, peer, base, { key, ratio }) {
  const values = (row.rounds[peer] ?? []).map((figures) => figures[key]);
  const failure = row.failures[peer] ?? (ratio ? row.failures[base] : undefined);
  if (failure !== undefined) return { figures: null, failure };
  if (values.length === 0) return { figures: null };
  if (!ratio) return { figures: summarize(values) };
  const ratios = pairedRatios(
    values,
    (row.rounds[base] ?? []).map((figures) => figures[key]),
  );
  return { figures: summarize(ratios) };
}

/** @param {Line} line @param {string} peer */
function cellText(line, peer) {
  const { figures, failure } = line.cells[peer];
  if (failure !== undefined) return 'failed';
  if (!figures) return '–';
  if (!line.ratio) return quantity(figures.median, line.unit);
  if (figures.min === 1 && figures.max === 1) return '1';
  return spread(figures);
}

/** @param {import('../types.d.ts').Summary} figures */
const spread = ({ median, min, max }) => `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;

/** @param {number} value @param {string} unit */
function quantity(value, unit) {
  if (unit !== 'B') return `${value.toFixed(2)} ${unit}`;
  if (Math.abs(value) < 10_000) return `${Math.round(value)} B`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** @param {Section} section @returns {string[][]} */
function toGrid({ lines, peers }) {
  const further = FURTHER.filter(({ text }) => lines.some((line) => text(line) !== ''));
  const head = ['', ...peers.map((peer) => peer.title), ...further.map(({ title }) => title)];
  const body = lines.map((line) => [
    line.label,
    ...peers.map((peer) => cellText(line, peer.name)),
    ...further.map(({ text }) => text(line)),
  ]);
  return lines.length === 1 && peers.length > MANY_PEERS ? transposed([head, ...body]) : [head, ...body];
}

/** More columns than these make a page hard to read, where there is but one line. */
const MANY_PEERS = 8;

/** @param {string[][]} grid */
const transposed = (grid) => grid[0].map((_, column) => grid.map((row) => row[column]));

/** Columns after the servers, where a line has something for them. @type {{ title: string, text: (line: Line) => string }[]} */
const FURTHER = [
  { title: 'goal for sio', text: ({ goal }) => (goal === undefined ? '' : `≤ ${goal.toFixed(2)}`) },
  { title: 'sio / sio before', text: ({ change }) => (change ? spread(change) : '') },
  { title: 'the first, as a share of all others together', text: ({ share }) => (share ? spread(share) : '') },
];

/**
 * In Markdown: the first column is text, the others are figures.
 * @param {string[][]} grid the head first
 * @param {boolean} [aligned] for terminals: columns are as wide as their widest cell
 */
export const tableOf = (grid, aligned = false) =>
  markdownTable(grid, { align: grid[0].map((_, column) => (column === 0 ? '' : 'r')), alignDelimiters: aligned });

/** @param {Section} section */
export const toMarkdownTable = (section) => tableOf(toGrid(section));

/** @param {Section[]} sections */
export const toText = (sections) =>
  sections.map((section) => `${section.title}\n${tableOf(toGrid(section), true)}\n`).join('\n');

/** @param {import('./stored.mjs').Report} report */
export function toMarkdown(report) {
  const { unavailable, rows } = report;
  const sections = toSections(rows);
  const missing = Object.keys(unavailable).map((name) => `- \`${name}\` is left out: it could not be loaded.`);
  const failures = rows.flatMap((row) =>
    Object.entries(row.failures).map(([peer, reason]) => `- ${row.scenario} ${row.variant}, ${peer}: ${reason}`),
  );
  return `${[
    '# Benchmark results',
    '',
    groundOf(report),
    '',
    'Ratios to the first column in the same round, less is better: median of the rounds (smallest–largest).',
    ...sections.flatMap((section) => ['', `## ${section.title}`, '', toMarkdownTable(section)]),
    ...(missing.length > 0 ? ['', ...missing] : []),
    ...(failures.length > 0 ? ['', ...failures] : []),
  ].join('\n')}\n`;
}

/** The machine, the servers and the number of rounds. @param {import('./stored.mjs').Report} report */
export function groundOf({ machine, rows }) {
  const rounds = rows.map((row) => Math.max(0, ...Object.values(row.rounds).map((figures) => figures.length)));
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)];
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.system}, ` +
    `Node ${machine.node}; ${packages.join(', ')}. ${least === most ? most : `${least} to ${most}`} interleaved rounds.`
  );
}
