import { EventEmitter } from 'node:events';
import { deserialize, serialize } from 'node:v8';
import { Namespace, type ServerOptions } from '@sio/core';
import { describe, expect, test } from 'vitest';
import { ConnectRefused, connect, createTestServer } from '../src/index.js';
import { Chat } from './chat.js';

const generations = ['eio4', 'eio3', '0.9'] as const;

/** A parser that keeps whatever V8 can write. */
const parser = {
  Encoder: class {
    encode(packet: object) {
      return [serialize(packet)];
    }
  },
  Decoder: class extends EventEmitter {
    add(message: string | Buffer) {
      this.emit('decoded', deserialize(message as Buffer));
    }
  },
};

describe.each(generations)('a client in memory of generation %s', (generation) => {
  const join = (name: string, options?: ServerOptions) => {
    const server = createTestServer({ '/chat': Chat }, options);
    return server.connect('/chat', { generation, auth: { name } });
  };

  test('calls methods and gets their results', async () => {
    const client = await join('ada');
    expect(await client.call('say', 'hello')).toEqual({ delivered: true });
    expect(await client.call('later', 1)).toBe(2);
    expect(await client.call('two')).toEqual(['a', 2]);
    expect(await client.call('nothing')).toBe(undefined);
    expect(await client.loose.call('sum', [1, 2, 3])).toBe(6);
  });

  test('passes an acknowledgement to a callback: a list as one value, several values as several', async () => {
    const client = await join('ada');
    const answerTo = (event: string, ...args: unknown[]) =>
      new Promise((resolve) => client.loose.emit(event, ...args, (...values: unknown[]) => resolve(values)));
    expect(await answerTo('echo', [1, 2])).toEqual([[1, 2]]);
    expect(await answerTo('two')).toEqual(['a', 2]);
    expect(await answerTo('nothing')).toEqual([]);
  });

  test('is refused the same calls as in production', async () => {
    const client = await join('ada');
    expect(await client.loose.call('sum', 'x')).toMatchObject({
      error: { name: 'invalid_method_args', issues: [{ path: [] }] },
    });
    expect(await client.call('secret')).toMatchObject({ error: { name: 'method_access_denied' } });
    expect(await client.call('broken')).toEqual({ error: { name: 'internal_error', message: 'Internal error' } });
    expect(await client.call('refuse')).toEqual({ error: { name: 'not_now', message: 'Later', wait: 3 } });
    const told = client.loose.next('error');
    client.loose.emit('broken');
    expect(await told).toEqual(['internal_error', 'Internal error']);
  });

  test('is refused by the namespaces that refuse it in production', async () => {
    await expect(join('mallory')).rejects.toThrow(ConnectRefused);
    const refusal: unknown = await join('mallory').catch((error: unknown) => error);
    // Clients 1.x and 2.x are told the data alone.
    const { message } = generation === 'eio3' ? { message: 'Refused' } : { message: 'Not you' };
    expect(refusal).toMatchObject({ message, data: { code: 7 } });
  });

  test('acknowledges events of the server', async () => {
    const client = await join('ada');
    client.on('question', (n) => n * 2);
    expect(await client.call('ask', 21)).toBe(42);
  });

  test("uses the server's own JSON codec", async () => {
    class Dates extends Namespace {
      onTomorrow(date: Date) {
        return new Date(date.getTime() + 86_400_000);
      }
    }
    const json = {
      stringify: (value: unknown) =>
        JSON.stringify(value, function (this: Record<string, unknown>, key, text: unknown) {
          return this[key] instanceof Date ? { date: text } : text;
        }),
      parse: (text: string): unknown =>
        JSON.parse(text, (_key, value: { date?: string } | null) => (value?.date ? new Date(value.date) : value)),
    };
    const client = await createTestServer({ '/dates': Dates }, { json }).connect('/dates', { generation });
    expect(await client.call('tomorrow', new Date(0))).toEqual(new Date(86_400_000));
  });

  test("uses the server's own parser, except in version 0.9", async () => {
    class Kinds extends Namespace {
      onKind(value: object) {
        this.emit('kept', value);
        return value.constructor.name;
      }
    }
    const kinds = await createTestServer({ '/kinds': Kinds }, { parser }).connect('/kinds', { generation });
    const date = new Date(0);
    const [name, kept] = generation === '0.9' ? ['String', date.toJSON()] : ['Date', date];
    expect(await kinds.call('kind', date)).toBe(name);
    expect(await kinds.loose.next('kept')).toEqual([kept]);
  });

  test('uses the real protocol, including bytes', async () => {
    const client = await join('ada');
    const { conn } = client.socket!;
    expect([conn.protocolVersion, conn.generation, conn.transport.name]).toEqual([generation, generation, 'websocket']);
    const packets: unknown[] = [];
    conn.on('packet', ({ data }: { data: unknown }) => packets.push(data));
    await client.call('nothing');
    const wire = { eio4: '2/chat,0["nothing"]', eio3: '2/chat,0["nothing"]', '0.9': '5:1+:/chat:{"name":"nothing"}' };
    expect(packets).toEqual([wire[generation]]);
    if (generation === '0.9') return;
    const sent = Buffer.from([1, 2, 3]);
    expect(await client.call('echo', sent)).toEqual(sent);
    expect(await client.next('bytes')).toEqual([sent]);
  });

  test('tells its class that it disconnects', async () => {
    const client = await join('ada');
    const before = Chat.closed;
    await client.disconnect();
    expect([Chat.closed, client.connected, client.socket]).toEqual([before + 1, false, undefined]);
    await expect(client.call('nothing')).rejects.toThrow('not connected');
  });
});

describe('several clients', () => {
  test('of all protocol versions share one room', async () => {
    const server = createTestServer({ '/chat': Chat });
    const [a, b, c] = await Promise.all(
      generations.map((generation) => server.connect('/chat', { generation, auth: { name: generation } })),
    );
    await a!.call('say', 'hi');
    expect(await b!.next('said')).toEqual(['eio4', 'hi']);
    expect(await c!.next('said')).toEqual(['eio4', 'hi']);
    expect(a!.received('said')).toEqual([]);
    expect(b!.log).toEqual([{ event: 'said', args: ['eio4', 'hi'] }]);
  });

  test('join the server of the first one', async () => {
    const ada = await connect(Chat, { auth: { name: 'ada' } });
    const bob = await ada.server.connect('/', { auth: { name: 'bob' } });
    ada.emit('say', 'hi');
    expect(await bob.next('said')).toEqual(['ada', 'hi']);
  });
});

describe('a client in memory', () => {
  test('waits for an event that has not come yet, and stops when it is disconnected', async () => {
    const client = await connect(Chat);
    const said = client.next('said');
    client.socket?.emit('said', 'me', 'hello');
    expect(await said).toEqual(['me', 'hello']);
    const never = client.next('said');
    const asked = client.loose.call('unanswered by anybody');
    client.socket?.disconnect();
    await expect(never).rejects.toThrow('disconnected');
    await client.closed;
    await asked.catch(() => {});
  });

  test('connects with the request, session and address of the test', async () => {
    class Who extends Namespace {
      onWho() {
        const { headers, session, user } = this.request as unknown as Record<string, unknown>;
        return { headers, session, user, address: this.handshake.address, query: this.handshake.query.room };
      }
    }
    const request = { user: 'ada', headers: { 'x-team': 'red' }, url: '/socket.io/?room=7' } as object;
    const client = await connect(Who, { request, session: { cart: [1] }, address: '10.1.2.3' });
    expect(await client.call('who')).toEqual({
      headers: { 'x-team': 'red' },
      session: { cart: [1] },
      user: 'ada',
      address: '10.1.2.3',
      query: '7',
    });
  });

  test('passes the middlewares and guards of the server', async () => {
    const guards = [(_socket: unknown, attempt: { type: string }) => attempt.type === 'connect' || { message: 'No' }];
    const server = createTestServer({ '/chat': Chat }, { guards });
    server.io.of('/chat').use((socket, next) => {
      socket.data.seen = true;
      next();
    });
    const client = await server.connect('/chat');
    expect(client.socket?.data).toEqual({ seen: true });
    expect(await client.call('nothing')).toMatchObject({ error: { message: 'No' } });
  });

  test('reaches namespaces by pattern, and classes that need arguments', async () => {
    class Order extends Namespace {
      readonly #prefix: string;

      constructor(prefix: string) {
        super();
        this.#prefix = prefix;
      }

      onWhich() {
        return this.#prefix + this.params.id;
      }
    }
    const provider = { class: Order, create: () => new Order('no. ') };
    const client = await createTestServer({ '/orders/:id': provider }).connect<typeof Order>('/orders/17');
    expect(await client.call('which')).toBe('no. 17');
  });

  test('reports errors of the application', async () => {
    const client = await connect(Chat);
    await client.call('broken');
    expect(client.server.errors).toMatchObject([{ error: { message: 'a secret' }, context: { event: 'broken' } }]);
  });

  test('is refused with a protocol version that the server does not serve', async () => {
    const server = createTestServer({ '/chat': Chat }, { generations: ['eio4'] });
    await expect(server.connect('/chat', { generation: '0.9' })).rejects.toThrow('does not serve');
  });

  test('is disconnected when the server closes', async () => {
    const server = createTestServer({ '/chat': Chat });
    const client = await server.connect('/chat');
    await server.close();
    await client.closed;
    expect(client.connected).toBe(false);
  });
});
