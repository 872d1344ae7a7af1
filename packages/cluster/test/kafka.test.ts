import { connect } from 'node:net';
import { kafka } from '@sio/cluster/kafka';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { join, next, startNodes } from './support/nodes.js';
import { engineSuite } from './support/suite.js';

const clientFor = (broker: string, settings: Partial<KafkaConfig> = {}) =>
  new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, ...settings });

/** Kafka tells its clients where to connect. */
const through = (port: number): ISocketFactory =>
  ({ onConnect }) => connect(port, '127.0.0.1', onConnect);

engineSuite('a cluster on Kafka', 'kafka', (url, relay) =>
  kafka(clientFor(url, relay === undefined ? {} : { socketFactory: through(relay) })),
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
