import { afterAll, describe, it } from 'vitest';
import { VERSIONS, type Version } from '../dialect/support/clients.js';
import { features, playFeature } from './features.js';
import { ResultTable } from './result-table.js';

const versions = (Object.keys(VERSIONS) as Version[]).filter((version) => version !== '1.1.0');

const LEGACY = ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'];

const cells = versions.flatMap((version) => {
  const ways =
    version === '0.9.17' ? LEGACY.map((name) => [name]) : [['websocket'], ['polling'], ['polling', 'websocket']];
  return ways.map((transports) => ({ version, transports, name: `${version} over ${transports.join(', then ')}` }));
});

const table = new ResultTable(features.map(({ name }) => name));

describe.each(cells)('client $name', (cell) => {
  for (const feature of features) {
    if (feature.cannot?.(cell) !== undefined) table.excuse(cell.name, feature.name);
    else it(feature.name, () => table.note(cell.name, feature.name, playFeature(cell, feature)));
  }
});

afterAll(() => table.print());
