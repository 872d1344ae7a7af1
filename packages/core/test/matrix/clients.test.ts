import { afterAll, describe, it } from 'vitest';
import { VERSIONS, type Version } from '../dialect/support/clients.js';
import { features, playFeature } from './features.js';

const versions = (Object.keys(VERSIONS) as Version[]).filter((version) => version !== '1.1.0');

/** Done, failed, or why not. */
const results = new Map<string, string[]>();

const cells = versions.flatMap((version) => {
  const ways =
    version === '0.9.17' ? [['websocket'], ['xhr-polling']] : [['websocket'], ['polling'], ['polling', 'websocket']];
  return ways.map((transports) => ({ version, transports, name: `${version} over ${transports.join(', then ')}` }));
});

describe.each(cells)('client $name', (cell) => {
  for (const feature of features) {
    const reason = feature.without?.(cell.version);
    const row = results.get(cell.name) ?? [];
    results.set(cell.name, row);
    if (reason !== undefined) {
      it.skip(`${feature.name} (${reason})`, () => {});
      row.push('–');
      continue;
    }
    const place = row.push('✗') - 1;
    it(feature.name, async () => {
      await playFeature(cell, feature);
      row[place] = '✓';
    });
  }
});

afterAll(() => {
  const width = Math.max(...cells.map(({ name }) => name.length));
  const lines = features.map(({ name }, index) => `${String.fromCharCode(97 + index)}  ${name}`);
  const head = `${''.padEnd(width)}  ${features.map((_, index) => String.fromCharCode(97 + index)).join(' ')}`;
  const rows = [...results].map(([name, row]) => `${name.padEnd(width)}  ${row.join(' ')}`);
  process.stdout.write(`\n${[head, ...rows, '', ...lines].join('\n')}\n\n`);
});
