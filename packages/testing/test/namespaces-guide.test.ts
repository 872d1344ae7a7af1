import {
  acks,
  allow,
  args,
  ClientError,
  ConnectionRefused,
  type Emitted,
  event,
  type Mixin,
  Namespace,
  on,
  returns,
} from '@sio/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { connect, createTestServer } from '../src/index.js';

// ---------------------------------------------------------------------------------------------------------- events

class Chat extends Namespace {
  async onConnect({ name }: { name?: string }) {
    if (name === undefined) return false;
    if (name === 'mallory') throw new ConnectionRefused('You are banned', { until: 'tomorrow' });
    await this.join('lobby');
    return true;
  }

  onSay(text: string) {
    this.to('lobby').emit('said', text);
    return { delivered: true };
  }

  onPrivateMessage(to: string, text: string) {
    this.to(to).emit('said', text);
  }

  onPosition() {
    return acks(52.5, 13.4);
  }

  onLeave() {
    throw new ClientError('not_now', 'The door is locked', { minutes: 5 });
  }

  onUnhandled(event: string, ...values: unknown[]) {
    return { event, values };
  }
}

test('events call methods, and their results are the acknowledgements', async () => {
  const ada = await connect(Chat, { auth: { name: 'Ada' } });
  const bob = await ada.server.connect('/', { auth: { name: 'Bob' } });
  expect(await ada.call('say', 'hello')).toEqual({ delivered: true });
  expect(await bob.loose.next('said')).toEqual(['hello']);
  for (const spelling of ['privateMessage', 'private message', 'private-message', 'PRIVATE_MESSAGE']) {
    await ada.loose.call(spelling, bob.socket?.id, spelling);
    expect(await bob.loose.next('said')).toEqual([spelling]);
  }
  expect(await ada.call('position')).toEqual([52.5, 13.4]);
  expect(await ada.call('leave')).toEqual({ error: { name: 'not_now', message: 'The door is locked', minutes: 5 } });
  expect(await ada.loose.call('anything', 1, 2)).toEqual({ event: 'anything', values: [1, 2] });
});

test('a connection is refused with false, or with a message and data', async () => {
  await expect(connect(Chat)).rejects.toMatchObject({ message: 'Connection rejected by server' });
  const banned = connect(Chat, { auth: { name: 'mallory' } });
  await expect(banned).rejects.toMatchObject({ message: 'You are banned', data: { until: 'tomorrow' } });
});

// ------------------------------------------------------------------------------------------ asking clients, rooms

class Desk extends Namespace {
  async onPoll(question: string) {
    try {
      return await this.timeout(1000).emitWithAck('question', question);
    } catch {
      return 'no answer';
    }
  }

  async onAskOther(id: string) {
    const [other] = await this.nsp.in(id).fetchSockets();
    return other?.timeout(1000).emitWithAck('question', 'who are you?');
  }

  async onEnter(room: string) {
    await this.join(room);
    return [...this.rooms];
  }

  onAnnounce(room: string, except: string[]) {
    this.nsp.to(room).except(except).emit('news', room);
  }

  onCloseRoom(room: string) {
    this.nsp.in(room).socketsLeave(room);
  }
}

test('a client can be asked, and has limited time to answer', async () => {
  const ada = await connect(Desk);
  const bob = await ada.server.connect('/');
  expect(await ada.call('poll', 'tea?')).toBe('no answer');
  ada.loose.on('question', (question) => `yes, ${question}`);
  bob.loose.on('question', () => 'I am Bob');
  expect(await ada.call('poll', 'tea?')).toBe('yes, tea?');
  expect(await ada.call('askOther', bob.socket?.id ?? '')).toBe('I am Bob');
});

test('rooms can be joined, addressed with exceptions, and closed', async () => {
  const ada = await connect(Desk);
  const bob = await ada.server.connect('/');
  const cleo = await ada.server.connect('/');
  expect(await ada.call('enter', 'tea')).toEqual([ada.socket?.id, 'tea']);
  for (const client of [bob, cleo]) await client.call('enter', 'tea');
  await ada.call('announce', 'tea', [bob.socket?.id ?? '']);
  await ada.settled();
  const heard = () => [ada, bob, cleo].map((client) => client.loose.received('news').length);
  expect(heard()).toEqual([1, 0, 1]);
  await ada.call('closeRoom', 'tea');
  await ada.call('announce', 'tea', []);
  await ada.settled();
  expect(heard()).toEqual([1, 0, 1]);
  expect(ada.server.io.of('/').adapter.rooms.has('tea')).toBe(false);
});

// ----------------------------------------------------------------------------------------------------------- state

class Cart extends Namespace<Record<string, never>, Record<string, never>, { items: string[] }> {
  /** Of this client in this namespace, on this server. */
  #lastSeen = 0;

  onConnect() {
    this.data.items = [];
  }

  onAdd(item: string) {
    this.#lastSeen = Date.now();
    this.data.items.push(item);
    this.shared.added = this.data.items.length;
    return this.data.items.length;
  }

  onSeen() {
    return this.#lastSeen > 0;
  }
}

test('state is kept per client and namespace, or shared on purpose', async () => {
  const server = createTestServer({ '/cart': Cart, '/wishes': Cart });
  const ada = await server.connect('/cart');
  const bob = await server.connect('/cart');
  expect([await ada.call('add', 'tea'), await ada.call('add', 'milk'), await bob.call('add', 'jam')]).toEqual([
    1, 2, 1,
  ]);
  expect([await ada.call('seen'), ada.socket?.shared.added]).toEqual([true, 2]);
  const carts = await server.io.of('/cart').fetchSockets();
  expect(carts.map(({ data }) => (data as { items: string[] }).items)).toEqual([['tea', 'milk'], ['jam']]);
  await ada.disconnect();
  const again = await server.connect('/cart');
  expect(again.socket?.data).toEqual({ items: [] });
});

interface Sessions {
  getSession(): Record<string, unknown>;
  saveSession(session: Record<string, unknown>): void;
  withSession<R>(change: (session: Record<string, unknown>) => R): Promise<Awaited<R>>;
}

const Sessions: Mixin<Namespace, Sessions> = (Base) =>
  class extends Base {
    getSession() {
      return { ...this.data };
    }

    saveSession(session: Record<string, unknown>) {
      this.data = session;
    }

    async withSession<R>(change: (session: Record<string, unknown>) => R): Promise<Awaited<R>> {
      const session = this.getSession();
      const result = await change(session);
      this.saveSession(session);
      return result;
    }
  };

class Visits extends Sessions(Namespace) {
  onName(name: string) {
    this.saveSession({ ...this.getSession(), name });
  }

  onVisit() {
    return this.withSession((session) => {
      session.visits = Number(session.visits ?? 0) + 1;
      return session.visits;
    });
  }
}

test('python-socketio’s session belongs to one client and namespace, and ends with its connection', async () => {
  const server = createTestServer({ '/a': Visits, '/b': Visits });
  const [ada, bob, elsewhere] = [await server.connect('/a'), await server.connect('/a'), await server.connect('/b')];
  await ada.call('name', 'Ada');
  expect([await ada.call('visit'), await ada.call('visit'), await bob.call('visit')]).toEqual([1, 2, 1]);
  expect(await elsewhere.call('visit')).toBe(1);
  const outside = server.io.of('/a').sockets.get(ada.socket?.id ?? '');
  expect(outside?.data).toEqual({ name: 'Ada', visits: 2 });
  await ada.disconnect();
  expect((await server.connect('/a')).socket?.data).toEqual({});
});

// --------------------------------------------------------------------------------------------------------- schemas

const Message = z.object({ to: z.string(), text: z.string().max(200) });

class Mail extends Namespace {
  @on('send mail', Message)
  deliver(message: z.infer<typeof Message>) {
    return message.text.length;
  }

  @on('move', args(z.tuple([z.number(), z.number()])))
  place(x: number, y: number) {
    return x + y;
  }

  @returns(z.object({ name: z.string() }))
  onProfile() {
    return { name: 'Ada', passwordHash: 'secret' };
  }
}

test('schemas check the arguments and results of methods', async () => {
  const client = await connect(Mail);
  expect(await client.loose.call('send mail', { to: 'bob', text: 'hi' })).toBe(2);
  expect(await client.loose.call('move', 1, 2)).toBe(3);
  expect(await client.call('profile')).toEqual({ name: 'Ada' });
  expect(await client.loose.call('send mail', { to: 'bob' })).toMatchObject({
    error: { name: 'invalid_method_args', issues: [{ path: ['text'] }] },
  });
});

const emits = { scored: z.object({ player: z.string(), points: z.number() }) };

class Game extends Namespace<Emitted<typeof emits>> {
  static emits = emits;

  static events = {
    score: event(z.number().int(), function (this: Game, points) {
      this.emit('scored', { player: this.id, points });
    }),
  } as const;
}

test('emitted events have schemas too', async () => {
  const client = await connect(Game);
  await client.call('score', 5);
  expect(await client.next('scored')).toEqual([{ player: client.socket?.id, points: 5 }]);
  expect(() => client.socket?.emit('scored', {} as never)).toThrow('what is emitted as "scored" does not fit');
});

// ------------------------------------------------------------------------------------------------ access

const role = (name: string) => allow((socket: Namespace) => socket.handshake.auth.role === name);

class Shop extends Namespace {
  static acl = ['login', 'browse'];

  onLogin(password: string) {
    if (password !== 'secret') throw new ClientError('wrong_password');
    this.acl.open();
  }

  onLogout() {
    this.acl.reset();
  }

  onBrowse() {
    return ['tea'];
  }

  onBuy(item: string) {
    return `bought ${item}`;
  }

  @role('admin')
  onPrice(item: string, cents: number) {
    return `${item}: ${cents}`;
  }
}

test('an ACL lists what a new connection may call, and guards decide for each user', async () => {
  const client = await connect(Shop, { auth: { role: 'customer' } });
  const denied = { error: { name: 'method_access_denied' } };
  expect(await client.call('browse')).toEqual(['tea']);
  expect(await client.call('buy', 'tea')).toMatchObject(denied);
  expect(await client.loose.call('B-u-y', 'tea')).toMatchObject(denied);
  expect(await client.call('login', 'wrong')).toMatchObject({ error: { name: 'wrong_password' } });
  await client.call('login', 'secret');
  expect(await client.call('buy', 'tea')).toBe('bought tea');
  expect(await client.call('price', 'tea', 5)).toMatchObject(denied);
  await client.call('logout');
  expect(await client.call('buy', 'tea')).toMatchObject(denied);
  const admin = await client.server.connect('/', { auth: { role: 'admin' } });
  await admin.call('login', 'secret');
  expect(await admin.call('price', 'tea', 5)).toBe('tea: 5');
});

test('an ACL can be changed name by name while it is open or closed', async () => {
  const { socket } = await connect(Shop);
  const allowed = () => ['login', 'browse', 'buy'].filter((name) => socket?.acl.allows(name));
  expect(allowed()).toEqual(['login', 'browse']);
  socket?.acl.allow('buy').deny('browse');
  expect(allowed()).toEqual(['login', 'buy']);
  socket?.acl.open().deny('login');
  expect(allowed()).toEqual(['browse', 'buy']);
  socket?.acl.close();
  expect(allowed()).toEqual([]);
  socket?.acl.reset();
  expect(allowed()).toEqual(['login', 'browse']);
  expect(() => socket?.acl.allow('bye')).toThrow('Shop has no event "bye"');
});

// ---------------------------------------------------------------------------------------------- classes and mixins

interface Rooms {
  emitToRoom(room: string, event: string, ...values: unknown[]): void;
}

/** gevent-socketio's RoomsMixin: to everybody in a room but oneself. */
const Rooms: Mixin<Namespace, Rooms> = (Base) =>
  class extends Base {
    initialize() {
      this.data.trail = ['rooms'];
    }

    emitToRoom(room: string, name: string, ...values: unknown[]) {
      this.to(room).emit(name, ...values);
    }

    async onJoin(room: string) {
      await this.join(room);
    }
  };

interface Broadcasts {
  broadcastEvent(event: string, ...values: unknown[]): void;
  broadcastEventNotMe(event: string, ...values: unknown[]): void;
}

/** And BroadcastMixin. */
const Broadcasts: Mixin<Namespace, Broadcasts> = (Base) =>
  class extends Base {
    initialize() {
      this.data.trail.push('broadcasts');
    }

    broadcastEvent(name: string, ...values: unknown[]) {
      this.nsp.emit(name, ...values);
    }

    broadcastEventNotMe(name: string, ...values: unknown[]) {
      this.broadcast.emit(name, ...values);
    }
  };

class Lobby extends Broadcasts(Rooms(Namespace)) {
  initialize() {
    this.data.trail.push('lobby');
  }

  onTrail() {
    return this.data.trail;
  }

  onSpeak(how: 'room' | 'all' | 'others') {
    if (how === 'room') this.emitToRoom('tea', 'heard', how);
    else if (how === 'all') this.broadcastEvent('heard', how);
    else this.broadcastEventNotMe('heard', how);
  }
}

test('mixins are functions from class to class, and initialize runs in each of them', async () => {
  const ada = await connect(Lobby);
  const bob = await ada.server.connect('/');
  expect(await ada.call('trail')).toEqual(['rooms', 'broadcasts', 'lobby']);
  for (const client of [ada, bob]) await client.loose.call('join', 'tea');
  for (const how of ['room', 'all', 'others'] as const) await ada.call('speak', how);
  await ada.settled();
  expect(ada.loose.received('heard')).toEqual([['all']]);
  expect(bob.loose.received('heard')).toEqual([['room'], ['all'], ['others']]);
});

class Timed extends Namespace {
  static log: string[] = [];

  override async dispatch(event: string, _args: readonly unknown[], next: () => unknown) {
    try {
      return await next();
    } finally {
      Timed.log.push(event);
    }
  }

  onWork() {
    return 'done';
  }

  onFail() {
    throw new ClientError('failed');
  }
}

test('dispatch wraps every call', async () => {
  const client = await connect(Timed);
  expect(await client.call('work')).toBe('done');
  expect(await client.call('fail')).toMatchObject({ error: { name: 'failed' } });
  expect(await client.loose.call('nothing')).toMatchObject({ error: { name: 'no_such_method' } });
  expect(Timed.log).toEqual(['work', 'fail', 'nothing']);
});

// ----------------------------------------------------------------------------------------------------- undefined

class Values extends Namespace {
  onMany(first?: unknown, second = 'default', ...rest: unknown[]) {
    return [first, second, rest];
  }

  onEither(value: string | { id: number }) {
    return typeof value === 'string' ? value : value.id;
  }

  onPerhaps(give: boolean) {
    return give ? 1 : undefined;
  }
}

test.each(['eio4', 'eio3', '0.9'] as const)(
  'missing and null values arrive as JSON encodes them, from a client %s',
  async (generation) => {
    const client = await createTestServer({ '/v': Values }).connect('/v', { generation });
    expect(await client.call('many')).toEqual([null, 'default', []]);
    expect(await client.call('many', undefined, 'b', undefined, 1)).toEqual([null, 'b', [null, 1]]);
    expect(await client.call('many', null, 'b')).toEqual([null, 'b', []]);
    expect(await client.call('either', 'a')).toBe('a');
    expect(await client.call('either', { id: 7 })).toBe(7);
    expect(await client.call('perhaps', true)).toBe(1);
    expect(await client.call('perhaps', false)).toBe(undefined);
  },
);
