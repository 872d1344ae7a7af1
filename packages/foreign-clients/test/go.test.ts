import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { builtClients } from './support/built-clients.js';
import { SERVERS, type ServerName, startServer } from './support/servers.js';
import { readReports, TOUR, WAYS } from './support/tour.js';

const program = builtClients('go/tour');

describe.skipIf(program === undefined)('the client of zishang520 3.0.6 for Go', () => {
  async function go(server: ServerName) {
    const url = await startServer(server);
    const { stdout } = await promisify(execFile)(program!, [url, ...WAYS]);
    return readReports(stdout);
  }

  test('works with every transport that works on socket.io', { timeout: 120_000 }, async () => {
    const [here, there] = await Promise.all(SERVERS.map(go));
    expect(here).toEqual(there);
    expect(here?.websocket).toEqual(TOUR);
  });
});
