import { once } from 'node:events';
import { Child } from '@sio/test-kit';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBalancer } from './support/balancer.js';

const isFull = process.env.SIO_CLUSTER === 'full';
const KILLS = isFull ? 50 : 2;
const BROKERS = ['redis', 'postgres', 'nats'] as const;
const CLIENTS = 6;

interface NodeProcess {
  readonly child: Child;
  readonly url: string;
}

let nodes = 0;

async function startProcess(broker: string, prefix: string): Promise<NodeProcess> {
  const program = new URL('./support/node-process.mjs', import.meta.url);
  const child = new Child(program, [broker, `node ${++nodes}`, prefix, 'recovery']);
  const [{ port }] = (await once(child.process, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

/** A client that writes all the time, and remembers what it has heard. */
class Writer {
  readonly socket: ClientSocket;
  readonly heard: string[] = [];
  /** The same, with a new list behind each gap. */
  readonly parts: string[][] = [[]];
  readonly acknowledged: string[] = [];
  gaps = 0;
  recoveries = 0;
  readonly #name: string;
  #count = 0;
  #stopped = false;

  constructor(url: string, name: string) {
    this.#name = name;
    this.socket = connectTo(url, {
      forceNew: true,
      transports: ['websocket'],
      reconnectionDelay: 10,
      reconnectionDelayMax: 50,
    });
    let isFirst = true;
    this.socket.on('connect', () => {
      if (this.socket.recovered) this.recoveries++;
      else if (!isFirst) {
        this.gaps++;
        this.parts.push([]);
      }
      isFirst = false;
    });
    this.socket.on('written', (id: string, bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString() === id ? id : `${id} with other bytes`;
      this.heard.push(text);
      this.parts.at(-1)?.push(text);
    });
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const id = `${this.#name}:${++this.#count}`;
      try {
        await this.socket.timeout(5000).emitWithAck('write', [id, Buffer.from(id)]);
        this.acknowledged.push(id);
      } catch {
        // Not acknowledged: nothing is promised.
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}

describe.for(BROKERS)('a cluster on %s with killed servers', (name) => {
  if (!hasBroker(name)) return it.skip('is not tested, because the broker is missing');
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker(name);
  });
  afterAll(() => broker?.close());

  it(
    'loses no acknowledged event, repeats none and keeps their order, or reports a gap to the client',
    async () => {
      const running = await Promise.all([0, 1, 2].map(() => startProcess(broker.url, 'killed')));
      for (const { child } of running) await child.call('joined', 2);
      const balancer = await startBalancer(running.map(({ url }) => url));
      balancer.open('in turn');
      const writers = Array.from({ length: CLIENTS }, (_, n) => new Writer(balancer.url, `w${n}`));
      onTestFinished(() => {
        for (const { socket } of writers) socket.disconnect();
      });
      await Promise.all(
        writers.map(({ socket }) => socket.connected || new Promise((r) => socket.once('connect', () => r(true)))),
      );
      // From here on the brokers have confirmed that each server gets the room's messages.
      await Promise.all(writers.map(({ socket }) => socket.emitWithAck('in')));
      const done = Promise.all(writers.map((writer) => writer.run()));
      for (let kill = 0; kill < KILLS; kill++) {
        // Some acknowledgements later, which is another moment each time.
        const [witness] = writers as [Writer];
        const goal = witness.heard.length + 50 + Math.floor(Math.random() * 200);
        while (witness.heard.length < goal) await new Promise((resolve) => witness.socket.once('written', resolve));
        const index = kill % running.length;
        const { child } = running[index] as NodeProcess;
        const exited = once(child.process, 'exit');
        child.process.kill('SIGKILL');
        await exited;
        running[index] = await startProcess(broker.url, 'killed');
        balancer.replace(index, (running[index] as NodeProcess).url);
      }
      for (const writer of writers) writer.stop();
      await done;
      // The last write comes last.
      const [first] = writers as [Writer];
      const ends = writers.map(async ({ socket, heard }) => {
        while (!heard.includes('end')) await new Promise((resolve) => socket.once('written', resolve));
      });
      await first.socket.timeout(30_000).emitWithAck('write', ['end', Buffer.from('end')]);
      await Promise.all(ends);

      const promised = writers.flatMap(({ acknowledged }) => acknowledged);
      expect(promised.length).toBeGreaterThan(KILLS * 20);
      for (const { heard, gaps, parts } of writers) {
        for (const part of parts) expect(missingIn(part, promised)).toEqual([]);
        const set = new Set(heard);
        expect(heard.filter((id, at) => heard.indexOf(id) !== at)).toEqual([]);
        for (let n = 0; n < CLIENTS; n++) {
          const ofOne = heard.filter((id) => id.startsWith(`w${n}:`)).map((id) => Number(id.split(':')[1]));
          expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
        }
        if (gaps === 0) expect(promised.filter((id) => !set.has(id))).toEqual([]);
      }
      const recovered = writers.reduce((sum, { recoveries }) => sum + recoveries, 0);
      // Each client of a killed server has one or the other; which one depends on what was on its way.
      const told = writers.reduce((sum, { gaps }) => sum + gaps, recovered);
      expect(told).toBeGreaterThan(0);
      if (isFull) expect(recovered).toBeGreaterThan(0);
      if (isFull) console.log({ recovered, gaps: writers.map(({ gaps }) => gaps), promised: promised.length });
    },
    60_000 + KILLS * 20_000,
  );
});

/** Acknowledged events that are missing between others of the same writer. */
function missingIn(part: readonly string[], promised: readonly string[]): string[] {
  const there = new Set(part);
  const spans = new Map<string, [first: number, last: number]>();
  for (const id of part) {
    const [writer, number] = placeOf(id);
    spans.set(writer, [spans.get(writer)?.[0] ?? number, number]);
  }
  return promised.filter((id) => {
    const [writer, number] = placeOf(id);
    const [first, last] = spans.get(writer) ?? [0, 0];
    return number > first && number < last && !there.has(id);
  });
}

function placeOf(id: string): [writer: string, number: number] {
  const [writer, number] = id.split(':') as [string, string?];
  return [writer, Number(number ?? 0)];
}
