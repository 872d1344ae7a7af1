import { metrics } from './metrics.mjs';
import { groundOf, tableOf, toLines, toMarkdownTable, toSections } from './report.mjs';
import { median } from './statistics.mjs';

/** @typedef {import('./stored.mjs').Report} Report */

const COMPARED = ['socketio', 'floor', 'sio'];

/**
 * Fills the marked places of a page, `<!-- name -->…<!-- /name -->`, from the reports.
 * @param {string} page
 * @param {Report} report
 * @param {Report | undefined} other the same on another version of Node
 */
export function withTables(page, report, other) {
  /** @type {Record<string, string>} */
  const parts = {
    ground: groundOf(report),
    goals: sectionsOf(report, 'What there are goals for'),
    work: sectionsOf(report, 'Further work'),
    mixed: sectionsOf(report, 'Generations'),
    mounts: sectionsOf(report, 'Mounted'),
    costs: sectionsOf(report, 'What it costs'),
    summary: summaryTable(report),
    fanout: splitTable(report, 'fanout'),
    absolute: absoluteTable(report),
    node: other ? nodeSection(other) : '',
  };
  return page.replace(/<!-- ([a-z]+) -->[\s\S]*?<!-- \/\1 -->/g, (marked, name) =>
    name in parts ? `<!-- ${name} -->\n${parts[name]}\n<!-- /${name} -->` : marked,
  );
}

/** @param {Report} report */
function nodeSection(report) {
  return `## On Node ${report.machine.node.slice(1).split('.', 1)}\n\n${groundOf(report)}\n\n${sectionsOf(report, 'What there are goals for')}`;
}

/** @param {Report} report @param {string} title how their titles begin */
function sectionsOf({ rows }, title) {
  const sections = toSections(rows).filter((section) => section.title.startsWith(title));
  return sections.map(toMarkdownTable).join('\n\n');
}

/** The scenarios that have goals, in one figure each. @param {Report} report */
function summaryTable({ rows }) {
  const lines = rows.flatMap(toLines).filter((line) => line.goal !== undefined && line.cells.sio?.figures);
  const body = lines.map(({ label, cells }) => [label, `${cells.sio.figures?.median.toFixed(2)}`]);
  return tableOf([['CPU or memory relative to socket.io (lower is better)', 'sio'], ...body]);
}

/** Medians as they were measured: what a ratio is a ratio of. @param {Report} report */
function absoluteTable({ rows }) {
  const lines = rows.flatMap((row) =>
    metrics[row.method].map(({ key, label, unit }) => {
      const figures = COMPARED.map((name) => median((row.rounds[name] ?? []).map((each) => each[key])));
      const name = `${row.title}${row.variant && `: ${row.variant}`}, ${label} per ${row.op}`;
      return [name, ...figures.map((figure) => (Number.isNaN(figure) ? '–' : `${toText(figure)} ${unit}`))];
    }),
  );
  return tableOf([['', 'socket.io', 'floor', 'sio'], ...lines.filter(([, first]) => first !== '–')]);
}

/** The CPU time of the process itself, and that of the system on its behalf. @param {Report} report @param {string} scenario */
function splitTable({ rows }, scenario) {
  const of = rows.filter((row) => row.scenario === scenario);
  const titles = COMPARED.map((name) => of[0]?.peers.find((peer) => peer.name === name)?.title ?? name);
  const lines = of.map(({ variant, rounds }) => {
    const part = (/** @type {string} */ name, /** @type {string} */ key) =>
      median((rounds[name] ?? []).map((each) => each[key])).toFixed(1);
    return [variant, ...COMPARED.map((name) => `${part(name, 'user µs')} + ${part(name, 'system µs')} µs`)];
  });
  return tableOf([['user + system', ...titles], ...lines]);
}

/** @param {number} value */
const toText = (value) => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));
