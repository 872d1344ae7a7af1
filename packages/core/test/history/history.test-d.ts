import { type HistoryEvent, type HistoryOptions, type Rewound, type RoomEvents, Server, type Socket } from '@sio/core';
import { expectTypeOf, it } from 'vitest';

it('join gives an outcome where it is asked for a history, and none otherwise', () => {
  const socket = {} as Socket;
  expectTypeOf(socket.join('tea', { rewind: 20 })).toEqualTypeOf<Promise<Rewound>>();
  expectTypeOf(socket.join('tea', { since: null }))
    .resolves.toHaveProperty('complete')
    .toBeBoolean();
  expectTypeOf(socket.join('tea')).toEqualTypeOf<Promise<void> | void>();
  // @ts-expect-error: a history is that of one room.
  socket.join(['tea', 'coffee'], { rewind: 20 });
  // @ts-expect-error: a number.
  socket.join('tea', { rewind: '20' });
});

it('a history is read as events with name, arguments, time and offset', () => {
  const io = {} as Server;
  expectTypeOf(io.history('tea')).toEqualTypeOf<Promise<RoomEvents>>();
  expectTypeOf(io.of('/chat').history('tea', { since: 'x' })).toEqualTypeOf<Promise<RoomEvents>>();
  expectTypeOf<HistoryEvent>().toHaveProperty('args').toEqualTypeOf<readonly unknown[]>();
});

it('the option takes a rule or a list of rules', () => {
  expectTypeOf(Server).toBeConstructibleWith({ history: { rooms: 'tea' } });
  expectTypeOf(Server).toBeConstructibleWith({ history: [{ rooms: [/^tea/, 'coffee:*'], namespaces: '/chat' }] });
  // @ts-expect-error: a rule names its rooms.
  const rule: HistoryOptions = { size: 3 };
  expectTypeOf(rule).toEqualTypeOf<HistoryOptions>();
});
