import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { here } from './packages.js';

/** One attempt, which is part of a line in docs/loaders.md. */
export interface Row {
  readonly loader: string;
  readonly version: string;
  /** The program that runs in it. */
  readonly what: string;
}

/** An attempt and its result. */
export interface Result extends Row {
  readonly result: 'works' | 'fails';
}

export interface RowOptions {
  /** Runs with `npm run loaders` only, as it takes long. */
  readonly nightly?: boolean;
  readonly timeout?: number;
}

/** Set by `npm run loaders`: everything runs, and the results are written down. */
const RUNS_ALL = process.env.SIO_LOADERS === 'all';

/**
 * The results of a test file. `npm run loaders` writes them to `results/<name>.json`, which docs/loaders.md is made of;
 * `npm test` holds that file to the rows that there are.
 */
export function resultsOf(file: string) {
  const path = `${here}results/${basename(file).replace(/\.test\.ts$/, '')}.json`;
  const rows: Row[] = [];
  const results: Result[] = [];

  function row(what: Row, test: () => Promise<void> | void, { nightly = false, timeout = 120_000 }: RowOptions = {}) {
    rows.push(what);
    it.skipIf(nightly && !RUNS_ALL)(`${what.loader} ${what.version} runs ${what.what}`, { timeout }, async () => {
      try {
        await test();
        results.push({ ...what, result: 'works' });
      } catch (error) {
        results.push({ ...what, result: 'fails' });
        throw error;
      }
    });
  }

  /** To be called behind the last row. */
  function end() {
    if (RUNS_ALL) {
      afterAll(() => {
        // Of rows that did not run, since a name was given, the earlier result stays.
        const all = [...results, ...(existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result[]) : [])];
        const inOrder = rows.flatMap((each) => all.find((one) => isSame(one, each)) ?? []);
        mkdirSync(`${here}results`, { recursive: true });
        writeFileSync(path, `${JSON.stringify(inOrder, null, 2)}\n`);
      });
    } else {
      it('has its results in docs/loaders.md; npm run loaders writes them', () => {
        // Programs that there are only for other platforms have results, too.
        const known = (JSON.parse(readFileSync(path, 'utf8')) as Result[]).filter((each) =>
          rows.some((one) => isSame(one, each)),
        );
        expect(known.map(({ loader, version, what }) => ({ loader, version, what }))).toEqual(rows);
      });
    }
  }

  return { row, end };
}

function isSame(a: Row, b: Row): boolean {
  return a.loader === b.loader && a.version === b.version && a.what === b.what;
}
