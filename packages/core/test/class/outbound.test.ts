import { acks, args, type Emitted, event, Namespace, returns, socketio } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const emits = {
  joined: z.object({ name: z.string() }),
  moved: args(z.tuple([z.number(), z.number()])),
  priced: v.object({ cents: v.number() }),
  counted: type({ n: 'number > 0' }),
};

class Shop extends Namespace<Emitted<typeof emits>> {
  static emits = emits;

  static events = {
    stock: event(z.string(), (name): unknown => (name === 'bad' ? 'many' : 7), z.number()),
  };

  send_(name: string, ...values: unknown[]) {
    return (this.emit as (...all: unknown[]) => boolean)(name, ...values);
  }

  onEmit(name: string, ...values: unknown[]) {
    return this.send_(name, ...values);
  }

  onTell(name: string, ...values: unknown[]) {
    return (this.nsp.emit as (...all: unknown[]) => boolean)(name, ...values);
  }

  async onAsk(value: unknown) {
    const ask = this.timeout(30_000).emitWithAck as (...all: unknown[]) => Promise<unknown>;
    return ask.call(this, 'joined', value);
  }

  @returns(z.object({ name: z.string() }))
  async onProfile(kind: string) {
    await null;
    const user = { name: 'Ada', passwordHash: 'secret' };
    return kind === 'broken' ? ({} as typeof user) : user;
  }

  @returns(args(z.tuple([z.string(), z.number()])))
  onPair(wrong: boolean) {
    return acks('a', wrong ? ('b' as unknown as number) : 1);
  }

  @returns(v.optional(v.string()))
  onPerhaps(value?: string) {
    return value;
  }

  onFree() {
    return { anything: true };
  }
}

async function visitShop() {
  const failures: string[] = [];
  const errorHandler = (error: unknown) => void failures.push((error as Error).message);
  const { client } = await startServer({ namespaces: { '/': Shop }, errorHandler });
  return { failures, client: client() };
}

const internal = [{ error: { name: 'internal_error', message: 'Internal error' } }];

describe('static emits', () => {
  test.each([
    ['one client', 'emit'],
    ['many', 'tell'],
  ])('lets what fits go to %s, as its schema makes it', async (_whom, how) => {
    const { client } = await visitShop();
    const [joined, moved] = [client.next('joined'), client.next('moved')];
    const [priced, counted, other] = [client.next('priced'), client.next('counted'), client.next('other')];
    await client.ask(how, 'joined', { name: 'Ada', passwordHash: 'secret' });
    await client.ask(how, 'moved', 1, 2);
    await client.ask(how, 'priced', { cents: 5, internal: true });
    await client.ask(how, 'counted', { n: 1 });
    await client.ask(how, 'other', 'no schema');
    expect(await joined).toEqual([{ name: 'Ada' }]);
    expect(await moved).toEqual([1, 2]);
    expect(await priced).toEqual([{ cents: 5 }]);
    expect(await counted).toEqual([{ n: 1 }]);
    expect(await other).toEqual(['no schema']);
  });

  test.each([
    ['emit', 'joined', [{ name: 5 }], ' at name'],
    ['tell', 'joined', ['Ada'], ''],
    ['emit', 'moved', [1], ''],
    ['tell', 'moved', [1, 'x'], ' at 1'],
    ['emit', 'priced', [{}], ''],
    ['tell', 'counted', [{ n: 0 }], ' at n'],
  ])('keeps back with %s what does not fit: %s %j', async (how, name, values, where) => {
    const { client, failures } = await visitShop();
    const heard: unknown[] = [];
    client.on(name, (...all) => heard.push(all));
    expect(await client.ask(how, name, ...values)).toEqual(internal);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(`Shop: what is emitted as "${name}" does not fit its schema${where}`);
    expect(heard).toEqual([]);
  });

  test('holds for questions to the client', async () => {
    const { client } = await visitShop();
    client.on('joined', (_value, answer) => answer('seen'));
    expect(await client.ask('ask', { name: 'Ada' })).toEqual(['seen']);
    expect(await client.ask('ask', { name: 1 })).toEqual(internal);
  });

  test('holds for broadcasts of the server, and of namespaces by pattern once', async () => {
    const double = { priced: z.number().transform((n) => n * 2) };
    class Item extends Namespace {
      static emits = double;
    }
    const { io, url } = await startServer({ namespaces: { '/items/:id': Item } });
    const client = connect('4.8.4', `${url}/items/1`, { transports: ['websocket'] });
    await client.next('connect');
    const priced = client.next('priced');
    io.of('/items/1').to('empty room').emit('priced', 3);
    io.of('/items/1').emit('priced', 4);
    expect(await priced).toEqual([8]);
    expect(() => io.of('/items/1').emit('priced', 'x')).toThrow(TypeError);
  });

  test('is inherited, and a subclass can add to it', async () => {
    class Special extends Shop {
      static override emits = { ...emits, moved: args(z.tuple([z.number(), z.number()])), extra: z.boolean() };
    }
    const { io } = socketio({ '/': Special });
    expect(() => io.emit('joined', 5)).toThrow('Special: what is emitted as "joined"');
    expect(() => io.emit('extra', 5)).toThrow('"extra"');
  });

  test('refuses an invalid or asynchronous schema', () => {
    class None extends Namespace {
      static emits = { x: 'string' };
    }
    expect(() => socketio({ '/': None })).toThrow('None.emits["x"]: the schema must be a Standard Schema, not ');
    class Slow extends Namespace {
      static emits = { x: z.string().refine(async () => false) };
    }
    expect(() => socketio({ '/': Slow }).io.emit('x', 'y')).toThrow('asynchronous');
  });
});

describe('@returns', () => {
  test('sends the client what its schema makes of the result', async () => {
    const { client } = await visitShop();
    expect(await client.ask('profile', 'whole')).toEqual([{ name: 'Ada' }]);
    expect(await client.ask('pair', false)).toEqual(['a', 1]);
    expect(await client.ask('perhaps')).toEqual([]);
    expect(await client.ask('perhaps', 'yes')).toEqual(['yes']);
    expect(await client.ask('free')).toEqual([{ anything: true }]);
  });

  test('does not send an invalid result, and reports it', async () => {
    const { client, failures } = await visitShop();
    expect(await client.ask('profile', 'broken')).toEqual(internal);
    expect(await client.ask('pair', true)).toEqual(internal);
    expect(failures).toEqual([
      expect.stringMatching(/^What "profile" is answered with does not fit its schema at name: /),
      expect.stringMatching(/^What "pair" is answered with does not fit its schema at 1: /),
    ]);
  });

  test('can be given behind the handler of event() too', async () => {
    const { client } = await visitShop();
    expect(await client.ask('stock', 'good')).toEqual([7]);
    expect(await client.ask('stock', 'bad')).toEqual(internal);
  });

  test('is allowed on methods that events reach, with schemas', () => {
    class Unreachable extends Namespace {
      @returns(z.string())
      helper() {
        return '';
      }
    }
    expect(() => socketio({ '/': Unreachable })).toThrow('@returns on Unreachable.helper checks nothing');
    expect(() => returns('string' as never)).toThrow('@returns: the schema must be a Standard Schema, not ');
  });
});
