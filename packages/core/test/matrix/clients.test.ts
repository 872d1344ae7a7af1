import { afterAll, describe, it } from 'vitest';
import { nodeCells } from './cells.js';
import { features, playFeature } from './features.js';
import { ResultTable } from './result-table.js';

const table = new ResultTable(features.map(({ name }) => name));

describe.each(nodeCells)('client $name', (cell) => {
  for (const feature of features) {
    if (feature.cannot?.(cell) !== undefined) table.excuse(cell.name, feature.name);
    else it(feature.name, () => table.note(cell.name, feature.name, playFeature(cell, feature)));
  }
});

afterAll(() => table.print());
