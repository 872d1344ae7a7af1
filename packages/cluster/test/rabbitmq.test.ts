import { emitter } from '@sio/cluster';
import { rabbitmq } from '@sio/cluster/rabbitmq';
import { connect } from 'amqplib';
import { expect, it, onTestFinished } from 'vitest';
import { becomes, join, next, startNodes, tells } from './support/nodes.js';
import { changed, type Refusal, startTls } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

const engineFor = (url: string) => rabbitmq(() => connect(url));

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a wrong password',
    engine: (url) => engineFor(changed(url, { username: 'guest', password: 'wrong' })),
    says: /ACCESS.REFUSED/,
  },
  {
    title: 'an unknown virtual host',
    engine: (url) => engineFor(changed(url, { pathname: '/nowhere' })),
    says: /ConnectionOpenOk/,
  },
  {
    // RabbitMQ keeps names of this kind for itself.
    title: 'a user who may not make its exchange',
    engine: (url) => rabbitmq(() => connect(url), { exchange: 'amq.sio' }),
    says: /ACCESS.REFUSED/,
  },
  {
    title: 'an exchange of another kind',
    engine: (url) => rabbitmq(() => connect(url), { exchange: 'amq.fanout' }),
    says: /PRECONDITION.FAILED/,
  },
  {
    title: 'TLS that the server does not trust',
    engine: async (url) => engineFor(`amqps://localhost:${await startTls(url)}`),
    says: /self-signed certificate/,
  },
];

engineSuite('a cluster on RabbitMQ', 'rabbitmq', engineFor, REFUSALS, (broker) => {
  // Its program takes seconds.
  it.runIf(process.env.SIO_CLUSTER === 'full')(
    'tells that RabbitMQ lacks memory, and goes on when it has some',
    async () => {
      const [a, b] = await startNodes(2, () => engineFor(broker().url));
      const [here, there] = [await join(a!), await join(b!)];
      const told = [tells(a!.cluster, /RabbitMQ takes no messages: low on memory/), becomes(a!.cluster, 'down')];
      broker().control('set_vm_memory_high_watermark', '0.000001');
      await Promise.all(told);
      const heard = next(here, 'news');
      a!.io.emit('news', 1);
      expect(await heard).toEqual([1]);
      const out = emitter(engineFor(broker().url), { renewAfter: 2000 });
      onTestFinished(() => out.close().catch(() => {}));
      out.emit('news', 2);
      await expect(out.flush()).rejects.toThrow(/RabbitMQ takes no messages|has not answered within 2000 ms/);
      broker().control('set_vm_memory_high_watermark', '0.4');
      await Promise.all([becomes(a!.cluster, 'up'), becomes(b!.cluster, 'up')]);
      const again = next(there, 'again');
      a!.io.emit('again', 3);
      expect(await again).toEqual([3]);
    },
    60_000,
  );
});
