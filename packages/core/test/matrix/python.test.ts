import { type PythonClient, pythonWith } from '@sio/test-kit/python';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { pythonCells } from './cells.js';
import { type Feature, features, playFeature } from './features.js';
import { PythonClients } from './remote/python-clients.js';
import { ResultTable } from './result-table.js';

/** Its threads are slow to begin with on a machine that does other things as well. */
const PATIENCE = { timeout: 60_000 };

/** Releases for Engine.IO 3 give up when the answer to their ping takes longer than the interval. */
function patiently(feature: Feature): Feature {
  const { options } = feature;
  return options?.pingInterval === undefined ? feature : { ...feature, options: { ...options, pingInterval: 1000 } };
}

const table = new ResultTable(features.map(({ name }) => name));
afterAll(() => table.print());

describe.each<PythonClient>(['4.6', '5.x'])('python-socketio %s', (release) => {
  const python = pythonWith(release);
  const cells = pythonCells.filter((cell) => cell.release === release);

  describe.skipIf(!python).each(cells)('client $name', (cell) => {
    let clients: PythonClients;
    beforeAll(() => {
      clients = new PythonClients(cell.version, python!, cell.way);
    });
    afterAll(() => clients.close());

    for (const feature of features) {
      if (feature.cannot?.(cell) !== undefined) table.excuse(cell.name, feature.name);
      else {
        it(feature.name, PATIENCE, () => {
          const played = playFeature(cell, patiently(feature), (_, url, options) => clients.connect(url, options));
          return table.note(cell.name, feature.name, played);
        });
      }
    }
  });
});
