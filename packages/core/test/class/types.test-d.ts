import type { Socket } from 'socket.io-client';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type Answer, isRefusal, type Refusal } from '../../src/namespace/access/refusal.js';
import { acks } from '../../src/namespace/class/acks.js';
import { args } from '../../src/namespace/class/declare/argument-schema.js';
import { event } from '../../src/namespace/class/declare/static-events.js';
import { Namespace } from '../../src/namespace/class/namespace.js';
import type { CallsOf, CarriesEvents, EmitsOf, EventsOf } from '../../src/namespace/class/types.js';
import { Base } from './base.js';

interface ServerEvents {
  chat: (from: string, text: string) => void;
}

/** Carries its events as `Namespace<ServerEvents>` does. */
class TypedBase<Events> extends Base implements CarriesEvents<Events> {
  declare readonly '~emits'?: Events;
  onAny(_listener: () => void) {
    return this;
  }
}

class Chat extends TypedBase<ServerEvents> {
  static events = {
    'two words': 'onChat',
    plain(this: Chat, size: number) {
      return size;
    },
    shout: event(z.string().transform(Number), function (this: Chat, size) {
      expectTypeOf(size).toEqualTypeOf<number>();
      return [this.onPing(), size] as const;
    }),
    move: event(args(z.tuple([z.number(), z.string().optional()])), 'move'),
    maybe: event(z.string().optional(), (text) => text),
  } as const;

  onConnect(_auth: unknown) {
    return true;
  }
  onDisconnect() {}
  onUnhandled(_event: string) {}
  onChat(_text: string) {
    return { delivered: true };
  }
  onPing() {}
  async onLater(_id: number) {
    return 'done';
  }
  async onNothing() {}
  onPerhaps(): string | undefined {
    return undefined;
  }
  onSeveral() {
    return acks('OK', 123);
  }
  async onSeveralLater() {
    return acks('OK', 123);
  }
  onFail(): never {
    throw new Error('always');
  }
  onOptional(_a: string, _b?: number, _c?: boolean) {}
  onOptionalRest(_a?: unknown, _b = 'x', ..._rest: unknown[]) {
    return 1;
  }
  onRest(_a: string, ..._rest: number[]) {
    return 1;
  }
  onEither(_value: string | { id: number }) {
    return null;
  }
  onAnything(value: any): any {
    return value;
  }
  on_private_message(_to: string) {}
  onOver(a: string): 1;
  onOver(a: number, b: string): 2;
  onOver(_a: unknown, _b?: string): unknown {
    return 1;
  }
  online() {}
  helper() {}
  onField = 5;
  protected onProtected() {}
  move(_x: number, _label?: string) {
    return true;
  }
}

type Events = EventsOf<typeof Chat>;
type Calls = CallsOf<typeof Chat>;
type Sends<Name extends keyof Events> = Parameters<Events[Name]>;
type CallsWith<Name extends keyof Calls> = Parameters<Calls[Name]>;

describe('EventsOf', () => {
  it('names what clients may send, and nothing else', () => {
    expectTypeOf<keyof Events>().toEqualTypeOf<
      | 'chat'
      | 'ping'
      | 'later'
      | 'nothing'
      | 'perhaps'
      | 'several'
      | 'severalLater'
      | 'fail'
      | 'optional'
      | 'optionalRest'
      | 'rest'
      | 'either'
      | 'anything'
      | 'private_message'
      | 'over'
      | 'two words'
      | 'plain'
      | 'shout'
      | 'move'
      | 'maybe'
    >();
  });

  it('names nothing that a real namespace inherits', () => {
    class Real extends Namespace {
      onChat() {}
    }
    expectTypeOf<keyof EventsOf<typeof Real>>().toEqualTypeOf<'chat'>();
    expectTypeOf<keyof EventsOf<typeof Namespace>>().toEqualTypeOf<never>();
  });

  it('lets the callback be left out', () => {
    type Ack = (answer: Answer<{ delivered: boolean }>) => void;
    expectTypeOf<Sends<'chat'>>().toEqualTypeOf<[_text: string] | [_text: string, ack: Ack]>();
    expectTypeOf<Sends<'two words'>>().toEqualTypeOf<Sends<'chat'>>();
  });

  it('unwraps promises, and leaves an answer that may be missing out', () => {
    expectTypeOf<CallsWith<'later'>>().toEqualTypeOf<[_id: number, ack: (answer: Answer<string>) => void]>();
    expectTypeOf<CallsWith<'nothing'>>().toEqualTypeOf<[ack: (refusal?: Refusal) => void]>();
    expectTypeOf<CallsWith<'ping'>>().toEqualTypeOf<CallsWith<'nothing'>>();
    expectTypeOf<CallsWith<'perhaps'>>().toEqualTypeOf<[ack: (answer?: Answer<string>) => void]>();
    expectTypeOf<CallsWith<'fail'>>().toEqualTypeOf<[ack: (answer: Refusal) => void]>();
  });

  it('gives several arguments for acks()', () => {
    expectTypeOf<CallsWith<'several'>>().toEqualTypeOf<[ack: (first: Answer<string>, second?: number) => void]>();
    expectTypeOf<CallsWith<'severalLater'>>().toEqualTypeOf<CallsWith<'several'>>();
  });

  it('keeps optional and rest parameters, unions, any and overloads', () => {
    type Done = (refusal?: Refusal) => void;
    expectTypeOf<CallsWith<'optional'>>().toEqualTypeOf<
      [_a: string, ack: Done] | [_a: string, _b: number, ack: Done] | [_a: string, _b: number, _c: boolean, ack: Done]
    >();
    type Counted = (answer: Answer<number>) => void;
    expectTypeOf<CallsWith<'optionalRest'>>().toEqualTypeOf<
      [ack: Counted] | [_a: unknown, ack: Counted] | [_a: unknown, _b: string, ...unknown[], ack: Counted]
    >();
    expectTypeOf<CallsWith<'rest'>>().toEqualTypeOf<[string, ...number[], ack: (answer: Answer<number>) => void]>();
    expectTypeOf<CallsWith<'either'>>().toEqualTypeOf<
      [_value: string | { id: number }, ack: (answer: Answer<null>) => void]
    >();
    expectTypeOf<CallsWith<'anything'>>().toEqualTypeOf<[value: any, ack: (answer: any) => void]>();
    expectTypeOf<CallsWith<'over'>>().toEqualTypeOf<
      [a: string, ack: (answer: Answer<1>) => void] | [a: number, b: string, ack: (answer: Answer<2>) => void]
    >();
  });

  it('reads static events: functions, schemas and names of methods', () => {
    expectTypeOf<CallsWith<'plain'>>().toEqualTypeOf<[size: number, ack: (answer: Answer<number>) => void]>();
    expectTypeOf<Sends<'shout'>[0]>().toEqualTypeOf<string>();
    expectTypeOf<CallsWith<'move'>>().toEqualTypeOf<
      [number, ack: (answer: Answer<boolean>) => void] | [number, string, ack: (answer: Answer<boolean>) => void]
    >();
    expectTypeOf<CallsWith<'maybe'>>().toEqualTypeOf<
      [ack: (answer?: Answer<string>) => void] | [value: string, ack: (answer?: Answer<string>) => void]
    >();
  });
});

describe('EmitsOf', () => {
  it('is what the class says that it emits', () => {
    expectTypeOf<EmitsOf<typeof Chat>>().toEqualTypeOf<ServerEvents>();
  });
});

describe('a client of the official package', () => {
  const client = {} as Socket<EmitsOf<typeof Chat>, EventsOf<typeof Chat>>;
  const caller = {} as Socket<EmitsOf<typeof Chat>, CallsOf<typeof Chat>>;

  it('may send what the class serves, with a callback or without', () => {
    client.emit('chat', 'hi');
    client.emit('chat', 'hi', (answer) => {
      expectTypeOf(answer).toEqualTypeOf<Answer<{ delivered: boolean }>>();
      if (isRefusal(answer)) expectTypeOf(answer).toEqualTypeOf<Refusal>();
      else expectTypeOf(answer).toEqualTypeOf<{ delivered: boolean }>();
    });
    client.emit('optional', 'a', 1);
    client.emit('optional', 'a', () => {});
    client.emit('rest', 'a', 1, 2, 3);
    client.emit('over', 1, 'b');
    client.timeout(100).emit('chat', 'hi', (error, answer) => {
      expectTypeOf(error).toEqualTypeOf<Error>();
      expectTypeOf(answer).toEqualTypeOf<Answer<{ delivered: boolean }>>();
    });
    client.on('chat', (from, text) => expectTypeOf([from, text]).toEqualTypeOf<string[]>());
  });

  it('may not send anything else', () => {
    // @ts-expect-error no such event
    client.emit('chatt', 'hi');
    // @ts-expect-error a hook is no event
    client.emit('connect');
    // @ts-expect-error not a string
    client.emit('chat', 5);
    // @ts-expect-error a parameter is missing
    client.emit('chat');
    // @ts-expect-error one too many
    client.emit('ping', 5);
    // @ts-expect-error not an overload
    client.emit('over', 1);
    // @ts-expect-error the callback gets something else
    client.emit('chat', 'hi', (answer: number) => answer);
    // @ts-expect-error the server does not emit it
    client.on('chatt', () => {});
  });

  it('knows what emitWithAck gives when callbacks must be given', async () => {
    expectTypeOf(await caller.emitWithAck('chat', 'hi')).toEqualTypeOf<Answer<{ delivered: boolean }>>();
    expectTypeOf(await caller.emitWithAck('several')).toEqualTypeOf<Answer<string>>();
    // @ts-expect-error a parameter is missing
    await caller.emitWithAck('chat');
  });
});
