import { metrics } from './metrics.mjs';
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
 * @property {string} label
 * @property {string} unit
 * @property {boolean} ratio
 * @property {number | undefined} goal
 * @property {number} rounds
 * @property {Record<string, Cell>} cells by server
 */

/**
 * @param {import('../types.d.ts').RowResult[]} rows
 * @param {import('../types.d.ts').Peer[]} peers the first is what the others are compared with
 * @returns {Line[]}
 */
export function toLines(rows, peers) {
  return rows.flatMap((row) =>
    metrics[row.method].map((metric) => ({
      scenario: row.scenario,
      label: `${row.title}${row.variant && `: ${row.variant}`} – ${metric.label} per ${row.op}`,
      unit: metric.unit,
      ratio: metric.ratio,
      goal: row.goals[metric.key],
      rounds: Math.max(0, ...Object.values(row.rounds).map((figures) => figures.length)),
      cells: Object.fromEntries(peers.map((peer) => [peer.name, toCell(row, peer.name, peers[0].name, metric)])),
    })),
  );
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

/**
 * @param {Line} line
 * @param {string} peer
 */
function cellText(line, peer) {
  const { figures, failure } = line.cells[peer];
  if (failure !== undefined) return 'failed';
  if (!figures) return '–';
  if (!line.ratio) return quantity(figures.median, line.unit);
  if (figures.min === 1 && figures.max === 1) return '1';
  const spread = line.rounds > 1 ? ` (${figures.min.toFixed(2)}–${figures.max.toFixed(2)})` : '';
  return `${figures.median.toFixed(2)}${spread}`;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function quantity(value, unit) {
  if (unit === 'B' && Math.abs(value) >= 1e5) return `${(value / 2 ** 20).toFixed(1)} MiB`;
  return `${value.toFixed(unit === 'B' ? 0 : 2)} ${unit}`;
}

/**
 * @param {Line[]} lines
 * @param {import('../types.d.ts').Peer[]} peers
 */
function toGrid(lines, peers) {
  const goals = lines.some((line) => line.goal !== undefined);
  const head = ['', ...peers.map((peer) => peer.title), ...(goals ? ['goal for sio'] : [])];
  const body = lines.map((line) => [
    line.label,
    ...peers.map((peer) => cellText(line, peer.name)),
    ...(goals ? [line.goal === undefined ? '' : `≤ ${line.goal.toFixed(2)}`] : []),
  ]);
  return [head, ...body];
}

/**
 * @param {Line[]} lines
 * @param {import('../types.d.ts').Peer[]} peers
 */
export function toMarkdownTable(lines, peers) {
  const [head, ...body] = toGrid(lines, peers).map((cells) => `| ${cells.join(' | ')} |`);
  return [
    head,
    `|---|${peers.map(() => '---:|').join('')}${head.includes('goal for sio') ? '---:|' : ''}`,
    ...body,
  ].join('\n');
}

/**
 * @param {Line[]} lines
 * @param {import('../types.d.ts').Peer[]} peers
 */
export function toTextTable(lines, peers) {
  const grid = toGrid(lines, peers);
  const widths = grid[0].map((_, column) => Math.max(...grid.map((row) => row[column].length)));
  const toText = (/** @type {string[]} */ row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ');
  return grid.map(toText).join('\n');
}

/**
 * @param {Line[]} lines
 * @param {import('../types.d.ts').Peer[]} peers
 * @param {ReturnType<typeof import('./machine.mjs').describeMachine>} machine
 * @param {Record<string, string>} unavailable
 */
export function toMarkdown(lines, peers, machine, unavailable) {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const missing = Object.keys(unavailable).map((name) => `- \`${name}\` is left out: it could not be loaded.`);
  const failures = lines.flatMap((line) =>
    Object.entries(line.cells).flatMap(([peer, cell]) =>
      cell.failure ? [`- ${line.label}, ${peer}: ${cell.failure}`] : [],
    ),
  );
  return `${[
    '# Benchmark results',
    '',
    `Measured on ${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.system}, ` +
      `Node ${machine.node}; ${packages.join(', ')}.`,
    '',
    `Ratios to ${peers[0].title} = 1 in the same round, less is better: median of the rounds (smallest–largest).`,
    '',
    toMarkdownTable(lines, peers),
    ...(missing.length > 0 ? ['', ...missing] : []),
    ...(failures.length > 0 ? ['', ...failures] : []),
  ].join('\n')}\n`;
}
