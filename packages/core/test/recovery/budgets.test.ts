import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Child } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

const MIB = 1024 * 1024;
/** Resident bytes of a process with a heap of half a GiB: the budgets, what has not been collected yet, and Node itself. */
const ENOUGH = 600 * MIB;

interface State {
  readonly held: number;
  readonly rss: number;
  readonly expired: number;
}

async function chatProcess(recovery: object = {}): Promise<{ server: Child; port: number }> {
  const options = { connectionStateRecovery: recovery };
  const server = new Child(new URL('./processes/chat.mjs', import.meta.url), [JSON.stringify(options)], {
    execArgv: ['--max-old-space-size=512', '--expose-gc'],
  });
  return { server, port: await server.call<number>('start') };
}

/** A client that says one thing after the other, and can do nothing else. */
class Talker {
  readonly #ws: WebSocket;
  readonly #nsp: string;
  #asked = 0;

  private constructor(ws: WebSocket, nsp: string) {
    this.#ws = ws;
    this.#nsp = nsp === '/' ? '' : `${nsp},`;
  }

  static async join(port: number, nsp = '/', auth: object = {}): Promise<Talker> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    onTestFinished(() => ws.terminate());
    const talker = new Talker(ws, nsp);
    await once(ws, 'open');
    ws.send(`40${talker.#nsp}${JSON.stringify(auth)}`);
    await talker.#heard(`40${talker.#nsp}{`);
    return talker;
  }

  #heard(start: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the connection has ended'));
      const listen = (data: Buffer) => {
        if (data.subarray(0, start.length).toString() !== start) return;
        this.#ws.off('message', listen).off('close', ended);
        resolve();
      };
      this.#ws.on('message', listen).once('close', ended);
    });
  }

  async say(event: string, value: unknown): Promise<void> {
    const id = this.#asked++;
    const answered = this.#heard(`43${this.#nsp}${id}[`);
    this.#ws.send(`42${this.#nsp}${id}${JSON.stringify([event, value])}`);
    await answered;
  }

  cut(): void {
    this.#ws.terminate();
  }
}

describe('the memory of a server for clients that may come back', () => {
  it('is bounded when a client chats 500 messages of 900 kB', async () => {
    const { server, port } = await chatProcess();
    const chatter = await Talker.join(port);
    const text = randomBytes(450_000).toString('hex');
    for (let n = 0; n < 500; n++) await chatter.say('say', n + text);
    const { held, rss } = await server.call<State>('state');
    expect(held).toBeLessThan(200 * MIB);
    expect(rss).toBeLessThan(ENOUGH);
  }, 120_000);

  it('is bounded when a client sends many small objects', async () => {
    const { server, port } = await chatProcess();
    const chatter = await Talker.join(port);
    const objects = JSON.parse(`[${Array(220_000).fill('{}').join(',')}]`);
    for (let n = 0; n < 30; n++) await chatter.say('say', objects);
    const { held, rss } = await server.call<State>('state');
    expect(held).toBeLessThan(200 * MIB);
    expect(rss).toBeLessThan(ENOUGH);
  }, 120_000);

  it('is bounded when a client chats in many namespaces', async () => {
    const { server, port } = await chatProcess();
    const text = randomBytes(450_000).toString('hex');
    for (let tenant = 0; tenant < 16; tenant++) {
      const chatter = await Talker.join(port, `/tenant-${tenant}`);
      for (let n = 0; n < 20; n++) await chatter.say('say', n + text);
    }
    const { held, rss } = await server.call<State>('state');
    expect(held).toBeLessThan(200 * MIB);
    expect(rss).toBeLessThan(ENOUGH);
  }, 120_000);

  it.each(['enter', 'remember'])(
    'is bounded when thirty clients leave 9 MB each behind (%s)',
    async (how) => {
      const { server, port } = await chatProcess();
      for (let n = 0; n < 30; n++) {
        const hoarder = await Talker.join(port);
        for (let part = 0; part < 10; part++) {
          await hoarder.say(
            how,
            Array.from({ length: 900 }, () => randomBytes(500).toString('hex')),
          );
        }
        hoarder.cut();
      }
      await server.call('left', 30);
      const { held, rss, expired } = await server.call<State>('state');
      expect(held).toBeLessThan(200 * MIB);
      expect(rss).toBeLessThan(ENOUGH);
      expect(expired).toBeGreaterThan(20);
    },
    120_000,
  );

  it('holds a limited number of clients, and drops the oldest first', async () => {
    const { server, port } = await chatProcess({ maxSessions: 50 });
    for (let n = 0; n < 80; n++) (await Talker.join(port)).cut();
    await server.call('left', 80);
    const { expired } = await server.call<State>('state');
    expect(expired).toBeGreaterThanOrEqual(30);
    expect(expired).toBeLessThan(45);
  }, 30_000);
});
