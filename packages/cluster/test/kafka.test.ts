import { connect } from 'node:net';
import { kafka } from '@sio/cluster/kafka';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ConfigResourceTypes,
  type ISocketFactory,
  Kafka,
  type KafkaConfig,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { becomes, join, next, startNodes, tells } from './support/nodes.js';
import type { Refusal } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

const clientFor = (broker: string, settings: Partial<KafkaConfig> = {}) =>
  new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, ...settings });

/** Kafka tells its clients where to connect. */
const through =
  (port: number): ISocketFactory =>
  ({ onConnect }) =>
    connect(port, '127.0.0.1', onConnect);

/** The listener that wants a user. */
async function guardedOf(url: string): Promise<string> {
  const broker = { type: ConfigResourceTypes.BROKER, name: '1', configNames: ['listeners'] };
  const question = { resources: [broker], includeSynonyms: false };
  const { resources } = await manage(url, (admin) => admin.describeConfigs(question));
  const listeners = resources[0]?.configEntries[0]?.configValue ?? '';
  return /SASL_PLAINTEXT:\/\/([^,]+)/.exec(listeners)?.[1] as string;
}

async function manage<T>(url: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = clientFor(url).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

const user = { mechanism: 'plain' as const, username: 'app', password: 'wrong' };
const reader = { mechanism: 'plain' as const, username: 'reader', password: 'right' };
const denied = {
  resourceType: AclResourceTypes.TOPIC,
  resourceName: 'guarded',
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: 'User:reader',
  host: '*',
  operation: AclOperationTypes.ALL,
  permissionType: AclPermissionTypes.DENY,
};

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a wrong password',
    engine: async (url) => kafka(clientFor(await guardedOf(url), { sasl: user })),
    says: /SASL PLAIN authentication failed/,
    heal: async () => {
      user.password = 'right';
    },
  },
  {
    title: 'a user who may not use its topic',
    async engine(url) {
      await manage(url, (admin) => admin.createAcls({ acl: [denied] }));
      return kafka(clientFor(await guardedOf(url), { sasl: reader }), { topic: 'guarded' });
    },
    says: /[Aa]uthoriz/,
    heal: (url) => manage(url, (admin) => admin.deleteAcls({ filters: [denied] })),
  },
];

engineSuite(
  'a cluster on Kafka',
  'kafka',
  (url, relay) => kafka(clientFor(url, relay === undefined ? {} : { socketFactory: through(relay) })),
  REFUSALS,
  (broker) => {
    it('tells that its topic was deleted, and makes it again', async () => {
      const { url } = broker();
      const engine = () => kafka(clientFor(url), { topic: 'deleted' });
      const [a, b] = await startNodes(2, engine);
      const [here, there] = [await join(a!), await join(b!)];
      const told = [becomes(a!.cluster, 'down'), tells(a!.cluster, /topic-partition/)];
      await manage(url, (admin) => admin.deleteTopics({ topics: ['deleted'] }));
      await Promise.all(told);
      const heard = next(here, 'news');
      a!.io.emit('news', 1);
      expect(await heard).toEqual([1]);
      await Promise.all([becomes(a!.cluster, 'up'), becomes(b!.cluster, 'up')]);
      const again = next(there, 'again');
      a!.io.emit('again', 2);
      expect(await again).toEqual([2]);
    });
  },
);

describe('kafka()', () => {
  it('refuses a limit for messages that is too small', () => {
    const client = clientFor('127.0.0.1:1');
    expect(() => kafka(client, { maxMessageBytes: 10 })).toThrow('must be at least 10000 bytes, not 10');
  });

  it.skipIf(!hasBroker('kafka'))('carries messages that exceed the limit of Kafka', async () => {
    const broker = await startBroker('kafka');
    onTestFinished(() => broker.close());
    const [a, b] = await startNodes(2, () => kafka(clientFor(broker.url)));
    const peer = await join(b!, 'room');
    const heard = next(peer, 'large');
    a!.io.to('room').emit('large', Buffer.alloc(3_000_000, 5));
    expect((await heard)[0]).toHaveLength(3_000_000);
  });
});
