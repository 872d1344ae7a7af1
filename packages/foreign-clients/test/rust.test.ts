import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { builtClients } from './support/built-clients.js';
import { SERVERS, type ServerName, startServer } from './support/servers.js';
import { readReports, TOUR, WAYS } from './support/tour.js';

/** The original has no way to answer an event of the server. */
const { 'answer a question': _answer, ...WITHOUT_ANSWER } = TOUR;

describe.each([
  ['rust_socketio 0.6.0', 'rust-original', WITHOUT_ANSWER],
  ['tf-rust-socketio 0.9.3', 'rust-fork', TOUR],
])('%s', (_client, name, tour) => {
  const program = builtClients(`${name}/tour`);

  async function go(server: ServerName) {
    const url = await startServer(server);
    const { stdout } = await promisify(execFile)(program!, [url, ...WAYS]);
    return readReports(stdout);
  }

  test.skipIf(program === undefined)(
    'works with every transport that works on socket.io',
    { timeout: 120_000 },
    async () => {
      const [here, there] = await Promise.all(SERVERS.map(go));
      expect(here).toEqual(there);
      expect(here?.websocket).toEqual(tour);
    },
  );
});
