import { createAdapter } from '@socket.io/redis-streams-adapter';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, next } from '../support/harness.js';
import { program, redisClients, stopRedis } from '../support/redis.js';
import { application, person, present, run } from './support.js';

application(
  'a chat',
  () => import('../../src/apps/chat.js'),
  (load) => {
    it('sends each user the messages of the others, and tells who joins and leaves', async () => {
      const { chat } = await load();
      const url = await run(chat);
      const [ann, bob] = [await present(url), await present(url)];
      expect(await ask(ann.peer, 'enter', 'ann')).toEqual([{ present: 1 }]);
      expect(await ask(bob.peer, 'enter', 'ann')).toEqual([{ error: 'ann is taken' }]);
      expect(await ask(bob.peer, 'enter', 'bob')).toEqual([{ present: 2 }]);
      expect(await ask(bob.peer, 'enter', 'rob')).toEqual([{ error: 'You are in already' }]);
      bob.peer.emit('typing');
      bob.peer.emit('not typing');
      bob.peer.emit('say', 'hello');
      await ann.hears('said');
      ann.peer.emit('say', 'hi');
      await bob.hears('said');
      bob.peer.disconnect();
      await ann.hears('left');
      expect(ann.heard).toEqual([
        ['entered', { name: 'bob', present: 2 }],
        ['typing', 'bob'],
        ['not typing', 'bob'],
        ['said', { name: 'bob', text: 'hello' }],
        ['left', { name: 'bob', present: 1 }],
      ]);
      expect(bob.heard).toEqual([['said', { name: 'ann', text: 'hi' }]]);
    });
  },
);

application(
  'a whiteboard',
  () => import('../../src/apps/whiteboard.js'),
  (load) => {
    it('shows the same picture to all users of a board, whenever they joined', async () => {
      const { whiteboard } = await load();
      const url = await run(whiteboard);
      const [ann, bob] = [await present(`${url}/board-a`), await present(`${url}/board-a`)];
      const other = await present(`${url}/board-b`);
      const points = Buffer.from(Uint16Array.of(1, 2, 3, 4).buffer);
      ann.peer.emit('draw', 'red', points);
      await bob.hears('draw');
      const late = await present(`${url}/board-a`);
      await late.hears('strokes');
      expect(late.news()).toEqual([['strokes', [{ color: 'red', points }]]]);
      expect(await ask(late.peer, 'clear')).toEqual([1]);
      await bob.hears('cleared');
      expect(bob.heard).toEqual([['strokes', []], ['draw', 'red', points], ['cleared']]);
      expect(ann.heard).toEqual([['strokes', []], ['cleared']]);
      expect(other.heard).toEqual([['strokes', []]]);
    });

    it('refuses a board with an invalid name', async () => {
      const { whiteboard } = await load();
      const stranger = person(`${await run(whiteboard)}/board of directors`);
      const refused = next(stranger.peer, 'connect_error');
      stranger.peer.connect();
      expect((await refused)[0].message).toBe('Invalid namespace');
    });
  },
);

application(
  'private messages',
  () => import('../../src/apps/private-messages.js'),
  (load) => {
    it('reach all windows of two people, and are kept for people who are away', async () => {
      const { privateMessages } = await load();
      let tokens = 0;
      const url = await run((http) => privateMessages(http, { token: () => `token-${++tokens}` }));
      const stranger = person(url);
      const refused = next(stranger.peer, 'connect_error');
      stranger.peer.connect();
      expect((await refused)[0]).toMatchObject({ message: 'Who are you?', data: { code: 'no_name' } });

      const ann = await present(url, { auth: { name: 'ann' } });
      await ann.hears('people');
      const bob = await present(url, { auth: { name: 'bob' } });
      await bob.hears('people');
      await ann.hears('present');
      const window = await present(url, { auth: { token: 'token-2' } });
      await window.hears('people');
      const people = [
        { user: 'user-1', name: 'ann' },
        { user: 'user-2', name: 'bob' },
      ];
      expect(window.news()).toEqual([
        ['session', { token: 'token-2', user: 'user-2' }],
        ['people', people, []],
      ]);
      expect(ann.news()).toEqual([
        ['session', { token: 'token-1', user: 'user-1' }],
        ['people', people.slice(0, 1), []],
        ['present', people[1]],
      ]);

      bob.peer.emit('letter', 'user-1', 'hi');
      await Promise.all([ann.hears('letter'), window.hears('letter')]);
      const first = { from: 'user-2', to: 'user-1', text: 'hi' };
      expect([ann.news(), window.news()]).toEqual([[['letter', first]], [['letter', first]]]);

      bob.peer.disconnect();
      window.peer.disconnect();
      await ann.hears('absent');
      expect(ann.news()).toEqual([['absent', 'user-2']]);
      ann.peer.emit('letter', 'user-2', 'are you there?');
      const back = await present(url, { auth: { token: 'token-2' } });
      await back.hears('people');
      expect(back.heard[1]).toEqual([
        'people',
        people,
        [first, { from: 'user-1', to: 'user-2', text: 'are you there?' }],
      ]);
    });
  },
);

application(
  'a list of things to do',
  () => import('../../src/apps/todos.js'),
  (load) => {
    it('acknowledges every request and sends changes to the others', async () => {
      const { todos } = await load();
      const url = `${await run(todos)}/todos`;
      const [ann, bob] = [await present(url), await present(url)];
      const invalid = { error: 'invalid', details: ['a title is needed', 'done is true or false'] };
      expect(await ask(ann.peer, 'todo:create', { title: ' ' })).toEqual([invalid]);
      expect(await ask(ann.peer, 'todo:create', { title: 'tea', done: false })).toEqual([{ data: 1 }]);
      expect(await ask(bob.peer, 'todo:read', 1)).toEqual([{ data: { id: 1, title: 'tea', done: false } }]);
      expect(await ask(bob.peer, 'todo:update', { id: 1, title: 'tea', done: true })).toEqual([{}]);
      expect(await ask(bob.peer, 'todo:update', { id: 9, title: 'tea', done: true })).toEqual([{ error: 'not found' }]);
      expect(await ask(ann.peer, 'todo:list')).toEqual([{ data: [{ id: 1, title: 'tea', done: true }] }]);
      expect(await ask(ann.peer, 'todo:delete', 1)).toEqual([{}]);
      expect(await ask(ann.peer, 'todo:delete', 1)).toEqual([{ error: 'not found' }]);
      await bob.hears('todo:deleted');
      expect(ann.heard).toEqual([['todo:updated', { id: 1, title: 'tea', done: true }]]);
      expect(bob.heard).toEqual([
        ['todo:created', { id: 1, title: 'tea', done: false }],
        ['todo:deleted', 1],
      ]);
    });
  },
);

application(
  'a game with typed events',
  () => import('../../src/apps/game.js'),
  (load) => {
    it('seats two players, asks both whether they are ready, and passes on their moves', async () => {
      const { game } = await load();
      const url = await run(game);
      const [ann, bob, cid] = [await present(url), await present(url), await present(url)];
      for (const { peer } of [ann, bob]) peer.on('ready', (answer: (yes: boolean) => void) => answer(true));
      expect(await ask(ann.peer, 'join', 'chess')).toEqual([1]);
      expect(await ask(bob.peer, 'join', 'chess')).toEqual([2]);
      expect(await ask(cid.peer, 'join', 'chess')).toEqual([0]);
      await Promise.all([ann.hears('started'), bob.hears('started')]);
      bob.peer.emit('move', 12, 28);
      await Promise.all([ann.hears('moved'), bob.hears('moved')]);
      const story = [
        ['ready', expect.any(Function)],
        ['started', 2],
        ['moved', 2, 12, 28],
      ];
      expect([ann.heard, bob.heard, cid.heard]).toEqual([story, story, []]);
    });

    it('disconnects both when one is not ready', async () => {
      const { game } = await load();
      const url = await run(game);
      const [ann, bob] = [await present(url), await present(url)];
      ann.peer.on('ready', (answer: (yes: boolean) => void) => answer(true));
      bob.peer.on('ready', (answer: (yes: boolean) => void) => answer(false));
      const gone = [next(ann.peer, 'disconnect'), next(bob.peer, 'disconnect')];
      await ask(ann.peer, 'join', 'go');
      await ask(bob.peer, 'join', 'go');
      expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual([
        'io server disconnect',
        'io server disconnect',
      ]);
    });
  },
);

describe.skipIf(program === undefined)('with Redis streams between two servers', () => {
  const closings: (() => unknown)[] = [];
  let streams = 0;
  afterAll(async () => {
    for (const close of closings) await close();
    await stopRedis();
  });

  application(
    'a ticker',
    () => import('../../src/apps/ticker.js'),
    (load) => {
      it('sends the missed events on the other server, and no others', async () => {
        const { ticker } = await load();
        const streamName = `prices-${++streams}`;
        const [a, b] = [await adapterOf(streamName), await adapterOf(streamName)];
        const urls = [await run((http) => ticker(http, a)), await run((http) => ticker(http, b))];
        const ann = await present(urls[0] as string);
        const broker = await present(urls[1] as string);
        await ann.hears('welcome');
        await ask(ann.peer, 'subscribe', ['ACME']);
        broker.peer.emit('price', 'ACME', 1);
        broker.peer.emit('price', 'OTHER', 5);
        await ann.hears('price');
        const { id } = ann.peer;
        expect(ann.news().map(([event, ...args]) => [event, ...args.slice(0, 2)])).toEqual([
          ['welcome', { recovered: false, subscriptions: [] }, expect.any(String)],
          ['price', 'ACME', 1],
        ]);

        ann.peer.io.engine.close();
        await kept((ann.peer as unknown as { _pid: string })._pid);
        broker.peer.emit('price', 'ACME', 2);
        broker.peer.emit('price', 'OTHER', 6);
        broker.peer.emit('price', 'ACME', 3);
        await ask(broker.peer, 'subscribe', []);

        const inside = next(ann.peer, 'connect');
        (ann.peer.io as unknown as { uri: string }).uri = urls[1] as string;
        ann.peer.connect();
        await inside;
        await ann.hears('welcome');
        expect([ann.peer.id, ann.peer.recovered]).toEqual([id, true]);
        expect(ann.news().map(([event, ...args]) => [event, ...args.slice(0, 2)])).toEqual([
          ['price', 'ACME', 2],
          ['price', 'ACME', 3],
          ['welcome', { recovered: true, subscriptions: ['ACME'] }, expect.any(String)],
        ]);
      });
    },
  );

  /** The server that lost the client has written down how it was. */
  async function kept(pid: string): Promise<void> {
    const { pub, close } = await redisClients();
    while ((await pub.exists(`sio:session:${pid}`)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await close();
  }

  async function adapterOf(streamName: string) {
    const { pub, close } = await redisClients();
    closings.push(close);
    return createAdapter(pub, { streamName, heartbeatInterval: 50 });
  }
});
