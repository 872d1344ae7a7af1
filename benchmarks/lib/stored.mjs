import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { scenarioNames } from '../scenarios/index.mjs';
import { isSameGround } from './machine.mjs';

/**
 * A report as it is kept.
 * @typedef {object} Report
 * @property {ReturnType<typeof import('./machine.mjs').describeMachine>} machine
 * @property {Record<string, string>} unavailable
 * @property {import('../types.d.ts').RowResult[]} rows
 */

/** @param {string} name */
const fileOf = (name) => new URL(`../results/${name}.json`, import.meta.url);

/** @param {string} name @returns {Report | undefined} */
export function readReport(name) {
  const file = fileOf(name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Puts new rows beside those that were measured before under the same conditions.
 * @param {string} name
 * @param {Report} measured
 * @returns {Report}
 */
export function keepReport(name, measured) {
  const before = readReport(name);
  const old = before && isSameGround(before.machine, measured.machine) ? before.rows : [];
  const isNew = (/** @type {import('../types.d.ts').RowResult} */ row) =>
    measured.rows.some(({ scenario }) => scenario === row.scenario);
  const rank = (/** @type {import('../types.d.ts').RowResult} */ { scenario }) => scenarioNames.indexOf(scenario);
  const rows = [...old.filter((row) => !isNew(row)), ...measured.rows].sort((a, b) => rank(a) - rank(b));
  const report = { ...measured, rows };
  mkdirSync(new URL('.', fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(rounded(report), null, 1)}\n`);
  return report;
}

/** Six digits are more than any figure is worth. @template T @param {T} value @returns {T} */
function rounded(value) {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => (typeof each === 'number' ? Number(each.toPrecision(6)) : each)),
  );
}
