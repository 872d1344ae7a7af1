import { once } from 'node:events';
import { createServer } from 'node:net';
import { nats } from '@sio/cluster/nats';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { connect } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { join, next, startNodes } from './support/nodes.js';
import type { Refusal } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

const without = (servers: string) => nats(() => connect({ servers, reconnect: false }));

/** The broker's users are those of the test kit; connections without one are taken. */
const as = (servers: string, user: string, pass: string) =>
  nats(() => connect({ servers, reconnect: false, user, pass }));

const REFUSALS: readonly Refusal[] = [
  { title: 'a wrong password', engine: (url) => as(url, 'app', 'wrong'), says: /Authorization Violation/ },
  { title: 'an unknown user', engine: (url) => as(url, 'stranger', 'right'), says: /Authorization Violation/ },
  { title: 'a user who may not publish', engine: (url) => as(url, 'reader', 'right'), says: /PERMISSIONS_VIOLATION/ },
  {
    title: 'TLS that the server does not have',
    engine: (servers) => nats(() => connect({ servers, reconnect: false, tls: {} })),
    says: /tls/,
  },
];

engineSuite('a cluster on NATS', 'nats', without, REFUSALS);
engineSuite('a cluster on NATS, with a client that reconnects', 'nats', (servers) =>
  nats(() => connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 250 })),
);

describe.skipIf(!hasBroker('nats'))('nats()', () => {
  it('carries messages that exceed the limit of the server', async () => {
    const broker = await startBroker('nats');
    onTestFinished(() => broker.close());
    const [a, b] = await startNodes(2, () => without(broker.url));
    const peer = await join(b!, 'room');
    const heard = next(peer, 'large');
    a!.io.to('room').emit('large', Buffer.alloc(3_000_000, 5));
    expect((await heard)[0]).toHaveLength(3_000_000);
  });

  it('waits for a server that starts later', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    taken.close();
    let attempts = 0;
    const broker = await startBroker('nats');
    onTestFinished(() => broker.close());
    const engine = nats(() =>
      connect({ servers: attempts++ < 2 ? `127.0.0.1:${port}` : broker.url, reconnect: false }),
    );
    const [a] = await startNodes(1, () => engine);
    expect(a?.cluster.state).toBe('up');
  });
});
