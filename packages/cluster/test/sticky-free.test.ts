import { once } from 'node:events';
import { Child, connect, type LocalClient } from '@sio/test-kit';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { startRoundRobin } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The whole number of clients, 207, is for the nightly run. */
const IS_FULL = process.env.SIO_CLUSTER === 'full';
const CLIENTS_OF_A_KIND = IS_FULL ? 23 : 4;
type Version = Parameters<typeof connect>[0];
const KINDS: readonly [Version, 'polling' | 'websocket' | 'upgrade'][] = [
  ['0.9.17', 'polling'],
  ['0.9.17', 'websocket'],
  ['0.9.17', 'upgrade'],
  ['2.5.0', 'polling'],
  ['2.5.0', 'websocket'],
  ['2.5.0', 'upgrade'],
  ['4.8.4', 'polling'],
  ['4.8.4', 'websocket'],
  ['4.8.4', 'upgrade'],
];

interface NodeProcess {
  readonly child: Child;
  readonly port: number;
  readonly name: string;
}

async function startProcess(broker: string, name: string, prefix: string): Promise<NodeProcess> {
  const child = new Child(new URL('./support/node-process.mjs', import.meta.url), [broker, name, prefix]);
  const [{ port }] = (await once(child.process, 'message')) as [{ port: number }];
  return { child, port, name };
}

let clusters = 0;

async function startThree(broker: string): Promise<{ url: string; nodes: NodeProcess[] }> {
  const prefix = `cluster ${++clusters}`;
  const nodes = await Promise.all(['a', 'b', 'c'].map((name) => startProcess(broker, name, prefix)));
  for (const { child } of nodes) await child.call('joined', 2);
  return { nodes, url: await startRoundRobin(nodes.map(({ port }) => port)) };
}

async function comeIn(url: string, version: Version, how: 'polling' | 'websocket' | 'upgrade', reconnection = false) {
  const transports = how === 'upgrade' ? ['polling', 'websocket'] : [how];
  const names =
    version === '0.9.17' ? transports.map((name) => (name === 'polling' ? 'xhr-polling' : name)) : transports;
  const client = connect(version, url, {
    transports: names,
    reconnection,
    reconnectionDelay: 20,
    randomizationFactor: 0,
  });
  return client.joined();
}

/** The server of a client, which may be about to lose its connection: then it asks again. */
function nodeOf(client: LocalClient): Promise<unknown> {
  return new Promise((resolve) => {
    const ask = () => void client.ask('node').then(([name]) => resolve(name));
    client.on('connect', ask);
    ask();
  });
}

describe.skipIf(!hasBroker('redis') || service('nginx') === undefined)(
  'three servers behind nginx in plain round robin',
  () => {
    let broker: Broker;
    beforeAll(async () => {
      broker = await startBroker('redis');
    });
    afterAll(() => broker?.close());

    it('serve clients of every protocol version and transport, without a lost connection', async () => {
      const { url } = await startThree(broker.url);
      const clients: LocalClient[] = [];
      for (const [version, how] of KINDS) {
        const some = Array.from({ length: CLIENTS_OF_A_KIND }, () => comeIn(url, version, how));
        clients.push(...(await Promise.all(some)));
      }
      const lost: string[] = [];
      for (const client of clients) client.on('disconnect', (why) => lost.push(`${client.version}: ${why}`));
      for (let n = 0; n < 5; n++) {
        expect(await Promise.all(clients.map(async (client) => (await client.ask('echo', n))[0]))).toEqual(
          clients.map(() => n),
        );
      }
      const heard = clients.map((client) => client.next('said'));
      clients[0]?.emit('say', 'hello');
      expect(await Promise.all(heard)).toEqual(clients.map(() => ['hello']));
      expect(lost).toEqual([]);
    }, 60_000);

    it('recover when one is killed by kill -9 during polls: its clients reconnect at once, and all others notice nothing', async () => {
      const { url, nodes } = await startThree(broker.url);
      const clients = await Promise.all(
        KINDS.flatMap(([version, how]) =>
          Array.from({ length: IS_FULL ? CLIENTS_OF_A_KIND : 3 }, async () => ({
            client: await comeIn(url, version, how, true),
            version,
            how,
          })),
        ),
      );
      const placed = await Promise.all(
        clients.map(async (each) => ({ ...each, node: (await each.client.ask('node'))[0] as string, lost: 0 })),
      );
      for (const each of placed) each.client.on('disconnect', () => each.lost++);
      const victim = nodes[1] as NodeProcess;
      const [gone, others] = [
        placed.filter(({ node }) => node === victim.name),
        placed.filter(({ node }) => node !== victim.name),
      ];
      expect(gone.length).toBeGreaterThan(0);
      const back = gone.map(({ client }) => client.next('connect'));
      victim.child.process.kill('SIGKILL');
      await Promise.all(back);
      const answers = await Promise.all(placed.map(async ({ client }) => (await client.ask('node'))[0]));
      expect(answers).not.toContain(victim.name);
      // A WebSocket that another server passes on ends with that server.
      const passedOn = ({ version, how }: (typeof placed)[number]) =>
        how === 'upgrade' || (how === 'websocket' && version === '0.9.17');
      expect(others.filter((each) => !passedOn(each)).filter(({ lost }) => lost > 0)).toEqual([]);
      expect(placed.filter(({ lost }) => lost > 1)).toEqual([]);
    }, 60_000);

    it.runIf(IS_FULL)(
      'lose nothing when one of them drains, also for clients whose WebSocket it passes on',
      async () => {
        const { url, nodes } = await startThree(broker.url);
        const clients = await Promise.all(
          KINDS.map(async ([version, how]) => {
            const client = await comeIn(url, version, how, true);
            const heard = new Map<string, number[]>();
            client.on('numbered', (token: string, n: number) => heard.set(token, [...(heard.get(token) ?? []), n]));
            const [node] = await client.ask('node');
            const each = { client, heard, node: node as string, lost: [] as string[], how, version };
            client.on('disconnect', (why: string) => each.lost.push(why));
            client.emit('stream');
            return each;
          }),
        );
        await Promise.all(clients.map(({ client }) => client.next('numbered')));
        const passages = await Promise.all(nodes.map(({ child }) => child.call<number>('passages')));
        const leaving = nodes[passages.indexOf(Math.max(...passages))] as NodeProcess;
        const back = clients.filter(({ node }) => node === leaving.name).map(({ client }) => client.next('connect'));
        const { cut, closed } = await leaving.child.call<{ closed: number; cut: number }>('drain', {
          deadline: 30_000,
          jitter: 200,
        });
        expect(cut).toBe(0);
        expect(closed).toBeGreaterThanOrEqual(back.length);
        await Promise.all(back);
        const answers = await Promise.all(clients.map(({ client }) => nodeOf(client)));
        expect(answers).not.toContain(leaving.name);
        const streams = (
          await Promise.all(
            nodes.map(({ child }) => child.call<{ token: string; sent: number; reason: string }[]>('streams')),
          )
        ).flat();
        const ended = streams.filter(({ reason }) => reason !== '');
        expect(ended.filter(({ reason }) => reason !== 'server shutting down')).toEqual([]);
        for (const { token, sent } of ended) {
          const heard = clients.flatMap((each) => each.heard.get(token) ?? []);
          expect({ token, heard }).toEqual({ token, heard: Array.from({ length: sent }, (_, n) => n + 1) });
        }
        // A client of 0.9 that comes back may be sent through the server again.
        const most = ({ version, how, node }: (typeof clients)[number]) => {
          const canBePassedOn = how === 'upgrade' || (how === 'websocket' && version === '0.9.17');
          if (canBePassedOn && version === '0.9.17') return Number.POSITIVE_INFINITY;
          return node === leaving.name || canBePassedOn ? 1 : 0;
        };
        const tooOften = clients.filter((each) => each.lost.length > most(each));
        expect(tooOften.map(({ version, how, node, lost }) => [version, how, node, ...lost])).toEqual([]);
      },
      60_000,
    );

    it('report why a session is unknown', async () => {
      const { nodes } = await startThree(broker.url);
      const [a, b] = nodes as [NodeProcess, NodeProcess];
      const ask = async ({ port }: NodeProcess, query: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling${query}`);
        return { status: answer.status, body: await answer.text() };
      };
      const open = await ask(a, '');
      const { sid } = JSON.parse(open.body.slice(1)) as { sid: string };
      const cause = async (node: NodeProcess, id: string) => JSON.parse((await ask(node, `&sid=${id}`)).body).cause;

      const post = (node: NodeProcess, body: string) =>
        fetch(`http://127.0.0.1:${node.port}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body });
      expect(await (await post(b, '40')).text()).toBe('ok');
      expect(await ask(b, `&sid=${sid}`)).toMatchObject({ status: 200 });
      const forged = `${sid.slice(0, -1)}${sid.endsWith('A') ? 'B' : 'A'}`;
      expect(await cause(b, forged)).toBe('unknown');
      expect(await cause(b, 'x'.repeat(20))).toBe('unknown');
      await post(a, '1');
      expect(await cause(b, sid)).toBe('expired');
      const second = JSON.parse((await ask(a, '')).body.slice(1)) as { sid: string };
      a.child.process.kill('SIGKILL');
      await once(a.child.process, 'exit');
      expect(await cause(b, second.sid)).toBe('other_node_gone');
      await b.child.call('left', 1);
      expect(await cause(b, second.sid)).toBe('other_node_gone');
    }, 60_000);

    it('answer for two servers when the third hangs, and name it', async () => {
      const { nodes } = await startThree(broker.url);
      await Promise.all(nodes.map(({ port }) => comeIn(`http://127.0.0.1:${port}`, '4.8.4', 'websocket')));
      const [a, , c] = nodes as [NodeProcess, NodeProcess, NodeProcess];
      c.child.process.kill('SIGSTOP');
      try {
        expect(await a.child.call('reachable')).toEqual({ sockets: 2, silent: ['c'] });
      } finally {
        c.child.process.kill('SIGCONT');
      }
    }, 60_000);
  },
);
