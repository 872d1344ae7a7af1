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
  async function crowd(options: ServerOptions) {
    const decisions: (() => void)[] = [];
    const allowRequest: ServerOptions['allowRequest'] = (_req, answer) => {
      decisions.push(() => answer(null, true));
      // Once all are at the door.
      if (decisions.length === CROWD) for (const decide of decisions) decide();
    };
    const { io, url } = await startServer({ ...options, allowRequest });
    const answers = await Promise.all(Array.from({ length: CROWD }, () => fetchAnswer(url + path)));
    const { clientsCount, unjoined } = io.engine;
    for (const conn of [...io.engine.clients.values()]) conn.close(true);
    return { statuses: answers.map((answer) => answer.status).sort(), clientsCount, unjoined };
  }

  it('maxConnectionsPerAddress holds', async () => {
    const { statuses, clientsCount } = await crowd({ maxConnectionsPerAddress: PLACES });
    expect(statuses).toEqual([...Array(PLACES).fill(200), ...Array(CROWD - PLACES).fill(429)]);
    expect(clientsCount).toBe(PLACES);
  });

  it.each(['maxUnjoinedConnections', 'maxUnjoinedPerAddress'] as const)('%s holds', async (limit) => {
    const { statuses, unjoined } = await crowd({ [limit]: PLACES });
    expect(statuses).toEqual(Array(CROWD).fill(200));
    expect(unjoined).toBeLessThanOrEqual(PLACES);
  });
});
