import type { ServerOptions } from '@sio/core';
import { fetchAnswer, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const HANDSHAKES = {
  'Engine.IO 4': '/socket.io/?EIO=4&transport=polling',
  'Engine.IO 3': '/socket.io/?EIO=3&transport=polling',
  '0.9': '/socket.io/1/',
} as const;

const CROWD = 6;
const PLACES = 2;

describe.each(Object.entries(HANDSHAKES))('when many of %s come while the application still decides', (_name, path) => {
  it.each([
    ['maxConnectionsPerAddress', 429],
    ['maxUnjoinedConnections', 503],
  ] as const)('%s holds', async (limit, status) => {
    const decisions: (() => void)[] = [];
    const allowRequest: ServerOptions['allowRequest'] = (_req, answer) => {
      decisions.push(() => answer(null, true));
      // Once all are at the door.
      if (decisions.length === CROWD) for (const decide of decisions) decide();
    };
    const { io, url } = await startServer({ [limit]: PLACES, allowRequest });
    const answers = await Promise.all(Array.from({ length: CROWD }, () => fetchAnswer(url + path)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([
      ...Array(PLACES).fill(200),
      ...Array(CROWD - PLACES).fill(status),
    ]);
    expect(io.engine.clientsCount).toBe(PLACES);
    for (const conn of [...io.engine.clients.values()]) conn.close(true);
  });
});
