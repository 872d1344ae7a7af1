import { hash } from 'node:crypto';
import { once } from 'node:events';
import { Child } from '@sio/test-kit';
import { hasBroker } from '@sio/test-kit/brokers';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBalancer } from './support/balancer.js';
import { type NatsCluster, type NatsMember, startNatsCluster } from './support/nats-cluster.js';

/** Electing a leader takes JetStream up to nine seconds, so `npm run faults` runs these alone. */
const isFull = process.env.SIO_CLUSTER === 'full';
const ROUNDS = 5;
const PREFIX = 'cluster';
const LOG = `sio-log-${hash('sha1', `${PREFIX}:log:/`)}`;

interface Server {
  readonly child: Child;
  readonly url: string;
}

let servers = 0;

/** @param first the nats-server that it is connected to. */
async function startServer({ members }: NatsCluster, first: number): Promise<Server> {
  const program = new URL('./support/node-process.mjs', import.meta.url);
  const urls = members.map((_, n) => (members[(first + n) % members.length] as NatsMember).url);
  const child = new Child(program, [urls.join(','), `server ${++servers}`, PREFIX, 'recovery']);
  const [{ port }] = (await once(child.process, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

function clientOf(url: string): ClientSocket {
  const socket = connectTo(url, {
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 10,
    reconnectionDelayMax: 50,
  });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

describe.skipIf(!isFull || !hasBroker('nats'))('a client of a cluster on three nats-servers', () => {
  let broker: NatsCluster;
  beforeAll(async () => {
    broker = await startNatsCluster();
  }, 60_000);
  afterAll(() => broker?.close());

  it.for([
    ['that leads the log and that its new server uses', true, true],
    ['that leads the log', true, false],
    ['that its new server uses', false, true],
    ['that neither leads the log nor serves its new server', false, false],
  ] as const)(
    'recovers when its server is killed together with the nats-server %s',
    { timeout: 600_000 },
    async ([, leads, serves]) => {
      const running = await Promise.all([0, 1, 2].map((n) => startServer(broker, n)));
      for (const { child } of running) await child.call('joined', 2);
      const balancer = await startBalancer(running.map(({ url }) => url));
      const outcomes: string[] = [];
      /** Starts a server in the place of another one. @param first the nats-server that it uses. */
      const replace = async (index: number, first: NatsMember) => {
        const { child } = running[index] as Server;
        child.process.kill('SIGKILL');
        running[index] = await startServer(broker, broker.members.indexOf(first));
        balancer.replace(index, (running[index] as Server).url);
        await Promise.all(running.map((each) => each.child.call('joined', 2)));
      };
      /** The index of a server that uses a nats-server, or does not. */
      const placeFor = async (victim: NatsMember, isUser: boolean): Promise<number> => {
        const used = await Promise.all(running.map(({ child }) => child.call<string>('broker')));
        const found = used.findIndex((address) => victim.url.endsWith(address) === isUser);
        if (found >= 0) return found;
        await replace(0, isUser ? victim : (broker.members.find((each) => each !== victim) as NatsMember));
        return 0;
      };
      for (let round = 0; round < ROUNDS; round++) {
        await broker.healthy();
        const leader = await broker.leaderOf(LOG);
        const victim = leads ? leader : (broker.members.find((each) => each !== leader) as NatsMember);
        onTestFinished(() => victim.start());
        const to = await placeFor(victim, serves);
        const from = [0, 1, 2].find((n) => n !== to) as number;
        balancer.open(from);
        const peer = clientOf(balancer.url);
        const heard: string[] = [];
        peer.on('written', (id: string) => heard.push(id));
        await new Promise<void>((resolve) => peer.once('connect', resolve));
        await peer.emitWithAck('in');
        // One that writes on the server that the client comes to.
        balancer.open(to);
        const writer = clientOf(balancer.url);
        await new Promise<void>((resolve) => writer.once('connect', resolve));
        await writer.emitWithAck('in');
        const acknowledged: string[] = [];
        let isOver = false;
        const writing = (async () => {
          for (let n = 0; !isOver; n++) {
            try {
              await writer.timeout(30_000).emitWithAck('write', [`${round}:${n}`, Buffer.from('x')]);
              acknowledged.push(`${round}:${n}`);
            } catch {
              // Not acknowledged: nothing is promised.
            }
          }
        })();
        while (heard.length < 20) await new Promise((resolve) => peer.once('written', resolve));
        const back = new Promise<void>((resolve) => peer.once('connect', resolve));
        const began = performance.now();
        const { child } = running[from] as Server;
        const exited = once(child.process, 'exit');
        child.process.kill('SIGKILL');
        await Promise.all([victim.kill(), exited]);
        await back;
        const took = Math.round(performance.now() - began);
        const reason = peer.recovered ? '' : ` ${(await peer.emitWithAck('gap')) as string}`;
        isOver = true;
        await writing;
        await writer.timeout(30_000).emitWithAck('write', [`${round}:end`, Buffer.from('x')]);
        while (!heard.includes(`${round}:end`)) await new Promise((resolve) => peer.once('written', resolve));
        outcomes.push(
          `${peer.recovered ? 'recovered' : `gap${reason}`} after ${took} ms, ${acknowledged.length} written`,
        );
        if (peer.recovered) {
          const got = new Set(heard);
          expect(acknowledged.filter((id) => !got.has(id))).toEqual([]);
          expect(heard.filter((id, at) => heard.indexOf(id) !== at)).toEqual([]);
        }
        peer.disconnect();
        writer.disconnect();
        await victim.start();
        await replace(from, victim);
      }
      console.log(outcomes);
      expect(outcomes.filter((outcome) => !outcome.startsWith('recovered'))).toEqual([]);
    },
  );
});
