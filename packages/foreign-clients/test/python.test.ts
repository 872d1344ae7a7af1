import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonWith } from '@sio/test-kit/python';
import { describe, expect, test } from 'vitest';
import { builtClients } from './support/built-clients.js';
import { startServer } from './support/servers.js';
import { readReports } from './support/tour.js';

const SCRIPT = fileURLToPath(new URL('../python/tour.py', import.meta.url));
const WAYS = ['xhr-polling', 'websocket'];
const PART = { connect: 'yes', 'echo text': 'žluťoučký 語', 'burst in order': '100' };

/** For servers 0.9 and 1.x, which socket.io 4 speaks to no more: it has no part in this. */
describe.each(['0.5.7.4', '0.7.2'])('socketIO-client %s for Python', (version) => {
  const python = pythonWith('4.6');
  const packages = builtClients(`python-${version}`);

  test.skipIf(python === undefined || packages === undefined)(
    'works with every transport',
    { timeout: 60_000 },
    async () => {
      const { port } = new URL(await startServer('sio'));
      const env = { ...process.env, PYTHONPATH: packages };
      const { stdout } = await promisify(execFile)(python!, ['-X', 'utf8', SCRIPT, port, ...WAYS], { env });
      expect(readReports(stdout)).toEqual(Object.fromEntries(WAYS.map((way) => [way, PART])));
    },
  );
});
