import { metrics } from './metrics.mjs';
import { groundOf, toLines, toMarkdownTable, toSections } from './report.mjs';
import { median } from './statistics.mjs';

/** @typedef {import('./stored.mjs').Report} Report */

/**
 * Fills the marked places of a page, `<!-- name -->…<!-- /name -->`, from the reports.
 * @param {string} page
 * @param {Report} report
 * @param {Report | undefined} other the same on another version of Node
 */
export function withTables(page, report, other) {
  const parts = new Map([
    ['ground', groundOf(report)],
    ['goals', tableOf(report, (title) => title === 'What there are goals for')],
    ['work', tableOf(report, (title) => title.startsWith('Further work'))],
    ['mixed', tableOf(report, (title) => title.startsWith('Generations'))],
    ['mounts', tableOf(report, (title) => title.startsWith('Mounted'))],
    ['costs', tableOf(report, (title) => title.startsWith('What it costs'))],
    ['summary', summaryTable(report)],
    ['fanout', splitTable(report, 'fanout')],
    ['absolute', absoluteTable(report)],
    ['node', other ? nodeSection(other) : ''],
  ]);
  return page.replace(/<!-- ([a-z]+) -->[\s\S]*?<!-- \/\1 -->/g, (marked, name) =>
    parts.has(name) ? `<!-- ${name} -->\n${parts.get(name)}\n<!-- /${name} -->` : marked,
  );
}

/** @param {Report} report */
function nodeSection(report) {
  const [major] = report.machine.node.slice(1).split('.');
  const table = tableOf(report, (title) => title === 'What there are goals for');
  return `## On Node ${major}\n\n${groundOf(report)}\n\n${table}`;
}

/** @param {Report} report @param {(title: string) => boolean} wanted */
function tableOf({ rows }, wanted) {
  const sections = toSections(rows).filter(({ title }) => wanted(title));
  return sections.map(toMarkdownTable).join('\n\n');
}

/** The scenarios that have goals, in one figure each. @param {Report} report */
function summaryTable({ rows }) {
  const lines = rows.flatMap(toLines).filter((line) => line.goal !== undefined && line.cells.sio?.figures);
  const body = lines.map(({ label, cells }) => `| ${label} | ${cells.sio.figures?.median.toFixed(2)} |`);
  return ['| where socket.io takes 1 | sio takes |', '|---|---:|', ...body].join('\n');
}

/** Medians as they were measured, for sio and socket.io: what a ratio is a ratio of. @param {Report} report */
function absoluteTable({ rows }) {
  const lines = rows.flatMap((row) =>
    metrics[row.method].flatMap(({ key, label, unit }) => {
      const cells = ['socketio', 'floor', 'sio'].map((name) => {
        const values = (row.rounds[name] ?? []).map((figures) => figures[key]);
        return values.length === 0 ? undefined : `${toText(median(values))} ${unit}`;
      });
      if (cells[0] === undefined) return [];
      return [
        `| ${row.title}${row.variant && `: ${row.variant}`}, ${label} per ${row.op} | ${cells.map((cell) => cell ?? '–').join(' | ')} |`,
      ];
    }),
  );
  return ['|  | socket.io | floor | sio |', '|---|---:|---:|---:|', ...lines].join('\n');
}

/** The CPU time of the process itself, and that of the system on its behalf. @param {Report} report @param {string} scenario */
function splitTable({ rows }, scenario) {
  const names = ['socketio', 'floor', 'sio'];
  const of = rows.filter((row) => row.scenario === scenario);
  const titles = names.map((name) => of[0]?.peers.find((peer) => peer.name === name)?.title ?? name);
  const lines = of.map(({ variant, rounds }) => {
    const cells = names.map((name) => {
      const [user, system] = ['user µs', 'system µs'].map((key) =>
        median((rounds[name] ?? []).map((each) => each[key])),
      );
      return `${user.toFixed(1)} + ${system.toFixed(1)} µs`;
    });
    return `| ${variant} | ${cells.join(' | ')} |`;
  });
  return [`| user + system | ${titles.join(' | ')} |`, '|---|---:|---:|---:|', ...lines].join('\n');
}

/** @param {number} value */
const toText = (value) => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));
