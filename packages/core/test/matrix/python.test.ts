import { type PythonClient, pythonWith } from '@sio/conformance/python';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { features, playFeature } from './features.js';
import { PythonClients } from './remote/python-clients.js';
import { ResultTable } from './result-table.js';

/** One release of python-socketio for each revision of Engine.IO that it spoke. */
const RELEASES: readonly PythonClient[] = ['4.6', '5.x'];
const WAYS = ['sync', 'asyncio'] as const;
const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

const table = new ResultTable(features.map(({ name }) => name));
afterAll(() => table.print());

describe.each(RELEASES)('python-socketio %s', (release) => {
  const python = pythonWith(release);
  const cells = WAYS.flatMap((way) =>
    TRANSPORTS.map((transports) => ({
      version: `python-socketio ${release}`,
      way,
      threads: way === 'sync',
      transports,
      name: `${way} over ${transports.join(', then ')}`,
    })),
  );

  describe.skipIf(!python).each(cells)('$name', (cell) => {
    let clients: PythonClients;
    beforeAll(() => {
      clients = new PythonClients(cell.version, python!, cell.way);
    });
    afterAll(() => clients.close());

    for (const feature of features) {
      if (feature.cannot?.(cell) !== undefined) table.excuse(`${release} ${cell.name}`, feature.name);
      else {
        it(feature.name, () => {
          const played = playFeature(cell, feature, (_, url, options) => clients.connect(url, options));
          return table.note(`${release} ${cell.name}`, feature.name, played);
        });
      }
    }
  });
});
