import { once } from 'node:events';
import { startBroker } from '@sio/test-kit/brokers';
import { service } from '@sio/test-kit/services';
import type { Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { next, open, runHowTo, startHowTo } from './support/programs.js';

describe('an upload', () => {
  it('is sent in parts, and each part waits until the previous one is written', async () => {
    const { url } = await startHowTo('uploads');
    const [socket, other] = [await open(`${url}/files`), await open(`${url}/files`)];

    const PART = 200_000;
    async function upload(file: Blob, progress: (received: number) => void) {
      const ok = <T>(answer: T & { error?: { message: string } }) => {
        if (answer?.error) throw new Error(answer.error.message);
        return answer;
      };
      ok(await socket.emitWithAck('begin', file.size));
      for (let at = 0; at < file.size; at += PART) {
        const part = await file.slice(at, at + PART).arrayBuffer();
        progress(ok(await socket.emitWithAck('part', part)).received);
      }
      return ok(await socket.emitWithAck('end'));
    }

    const told = next(other, 'uploaded');
    const steps: number[] = [];
    const { id, size } = await upload(new Blob(['%PDF-1.7', 'x'.repeat(499_992)]), (received) => steps.push(received));
    expect(steps).toEqual([200_000, 400_000, 500_000]);
    expect(await told).toEqual([id, size]);
    const answer = await fetch(`${url}/files/${id}`);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect((await answer.arrayBuffer()).byteLength).toBe(500_000);
    await expect(upload(new Blob(['<script>']), () => {})).rejects.toThrow('A file may be PNG, JPEG or PDF');
    await expect(upload({ size: 1e9, slice: () => new Blob() } as unknown as Blob, () => {})).rejects.toThrow(
      'A file may have 50000000 bytes',
    );
  });
});

describe.skipIf(!service('postgres'))('a history in Postgres', () => {
  it('sends a client its missed messages, and stores a message that is sent twice only once', async () => {
    const broker = await startBroker('postgres');
    onTestFinished(() => broker.close());
    const { url } = await startHowTo('history', { DATABASE: broker.url });
    const [ann, bob] = [await open(`${url}/chat`), await open(`${url}/chat`)];
    expect(await bob.emitWithAck('enter', 'tea')).toEqual({ messages: [], more: false });

    const heard: string[] = [];
    bob.on('said', (_id: string, _room: string, text: string) => heard.push(text));
    // A client that gets no answer sends the same again: here it does so although it got one.
    for (const text of ['one', 'one', 'two']) await ann.emitWithAck('say', 'tea', text, `of ann: ${text}`);
    const { messages } = await bob.emitWithAck('enter', 'tea', '0');
    expect(messages.map(({ text }: { text: string }) => text)).toEqual(['one', 'two']);
    expect(heard).toEqual(['one', 'two']);

    const late = await open(`${url}/chat`);
    const since = await late.emitWithAck('enter', 'tea', messages[0].id);
    expect(since.messages).toMatchObject([{ text: 'two' }]);

    const reader = new Reader(late);
    await reader.enter('tea');
    const shown = next(late, 'said');
    await ann.emitWithAck('say', 'tea', 'three', 'of ann: three');
    await shown;
    expect(reader.shown).toEqual(['one', 'two', 'three']);
  });
});

/** Messages that a client asks for again: ids of transactions that run side by side may become visible in another order. */
const OVERLAP = 50;

/** The client's side: has each message once, also after a reconnection. */
class Reader {
  readonly #texts = new Map<number, string>();

  constructor(readonly socket: Socket) {
    socket.on('said', (id: string, _room: string, text: string) => this.#texts.set(Number(id), text));
  }

  get #ids() {
    return [...this.#texts.keys()].sort((a, b) => a - b);
  }

  get shown() {
    return this.#ids.map((id) => this.#texts.get(id));
  }

  /** At each `connect`, the first included. */
  async enter(room: string) {
    let after = this.#ids.at(-OVERLAP) ?? 0;
    for (let more = true; more; ) {
      const answer = await this.socket.emitWithAck('enter', room, String(after));
      for (const { id, text } of answer.messages) {
        this.#texts.set(Number(id), text);
        after = Number(id);
      }
      more = answer.more;
    }
  }
}

describe.skipIf(!service('redis-server'))('a worker without a server', () => {
  it('reaches the clients of a server, and a job in the server reaches them too', async () => {
    const broker = await startBroker('redis');
    onTestFinished(() => broker.close());
    const env = { REDIS: broker.url, INTERVAL: '20' };
    const { url } = await startHowTo('reports', env);
    const ann = await open(`${url}/reports`, { auth: { user: 'ann' } });
    expect(await next(ann, 'time')).toEqual([expect.stringMatching(/^\d{4}-/)]);
    const ready = next(ann, 'ready');
    const [code] = await once(runHowTo('worker', env), 'exit');
    expect(code).toBe(0);
    expect(await ready).toEqual(['The report of November is ready']);
  });
});
