import { acks, args, type CallsOf, type EmitsOf, type Emitted, type EventsOf, Namespace, returns } from '@sio/core';
import type { Socket } from 'socket.io-client';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

const emits = {
  said: z.object({ text: z.string(), at: z.date().transform((date) => date.toISOString()) }),
  moved: args(z.tuple([z.number(), z.number()])),
  pinged: z.string().optional(),
};

class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;

  @returns(z.object({ id: z.number() }))
  async onCreate(_name: string) {
    return { id: 1, secret: true };
  }

  @returns(args(z.tuple([z.string(), z.number()])))
  onPair() {
    return acks('a', 1);
  }

  // @ts-expect-error the method returns something else
  @returns(z.number())
  onWrong() {
    return 'text';
  }
}

describe('the class', () => {
  it('emits what goes into its schemas', () => {
    const chat = {} as Chat;
    chat.emit('said', { text: 'hi', at: new Date() });
    chat.to('room').emit('moved', 1, 2);
    chat.emit('pinged');
    // @ts-expect-error not a date
    chat.emit('said', { text: 'hi', at: 'now' });
    // @ts-expect-error one is missing
    chat.emit('moved', 1);
    // @ts-expect-error no such event
    chat.emit('shouted');
  });
});

describe('the client', () => {
  const client = {} as Socket<EmitsOf<typeof Chat>, EventsOf<typeof Chat>>;

  it('hears what comes out of the schemas', () => {
    client.on('said', ({ at }) => expectTypeOf(at).toEqualTypeOf<string>());
    client.on('moved', (x, y) => expectTypeOf([x, y]).toEqualTypeOf<number[]>());
    client.on('pinged', (text) => expectTypeOf(text).toEqualTypeOf<string | undefined>());
    // @ts-expect-error no schema says so
    client.on('shouted', () => {});
    // @ts-expect-error it is a text by then
    client.on('said', ({ at }: { at: Date }) => at);
  });

  it('may send what the class takes, and nothing else', () => {
    client.emit('create', 'x');
    // @ts-expect-error not a text
    client.emit('create', 1);
    expectTypeOf<keyof CallsOf<typeof Chat>>().toEqualTypeOf<'create' | 'pair' | 'wrong'>();
  });
});
