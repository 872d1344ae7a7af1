import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtClients } from './support/built-clients.js';
import { SERVERS, startServer } from './support/servers.js';
import { readReports, TOUR, WAYS } from './support/tour.js';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('../java/Tour.java', import.meta.url));

/**
 * socket.io-client for Java: 0.9 and 1.0 speak to servers 1.x and 2.x, 2.1 to 3.x and 4.x. On socket.io, 0.9 does not get
 * through while it polls: it encodes text twice.
 */
describe.each(['0.9.0', '1.0.2', '2.1.2'])('socket.io-client %s for Java', (version) => {
  const jars = builtClients(`java/${version}`);

  describe.skipIf(jars === undefined)('on each server', () => {
    let classes: string;
    beforeAll(async () => {
      classes = mkdtempSync(join(tmpdir(), 'sio-java-'));
      await run('javac', ['-encoding', 'UTF-8', '-cp', `${jars}/*`, '-d', classes, SOURCE]);
    }, 60_000);
    afterAll(() => rmSync(classes, { recursive: true, force: true }));

    test.each(SERVERS)('works with every transport on %s', { timeout: 60_000 }, async (server) => {
      const url = await startServer(server);
      const ways = WAYS.filter((way) => !(version === '0.9.0' && server === 'socket.io' && way.startsWith('polling')));
      const { stdout, stderr } = await run('java', [
        '-cp',
        [classes, `${jars}/*`].join(delimiter),
        'Tour',
        url,
        ...ways,
      ]);
      expect(readReports(stdout), stderr).toEqual(Object.fromEntries(ways.map((way) => [way, TOUR])));
    });
  });
});
