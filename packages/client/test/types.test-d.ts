import { ClientNamespace, type Handlers, SimpleClient } from '@sio/client';
import { expectTypeOf } from 'vitest';
import type { ChatNamespace } from './support/server.js';

class Chat extends ClientNamespace<typeof ChatNamespace> implements Handlers<typeof ChatNamespace> {
  onSaid(from: string, text: string) {
    expectTypeOf([from, text]).toEqualTypeOf<string[]>();
  }
}

declare const chat: Chat;
expectTypeOf(chat.call('say', 'hello')).resolves.toEqualTypeOf<{ delivered: boolean; length: number }>();
expectTypeOf(chat.call('nothing')).resolves.toEqualTypeOf<undefined>();
expectTypeOf(chat.timeout(5).call('say', 'hello')).resolves.toEqualTypeOf<{ delivered: boolean; length: number }>();
// @ts-expect-error the server takes a text
chat.emit('say', 5);
// @ts-expect-error the server has no such method
chat.emit('shout', 'hello');

export class Wrong extends ClientNamespace<typeof ChatNamespace> implements Handlers<typeof ChatNamespace> {
  // @ts-expect-error the server sends a text, not a number
  onSaid(_from: number) {}
}

class Loose extends ClientNamespace {}
declare const loose: Loose;
expectTypeOf(loose.call('anything', 1, 'two')).resolves.toEqualTypeOf<unknown>();

expectTypeOf(SimpleClient.connect<typeof ChatNamespace>('')).resolves.toEqualTypeOf<
  SimpleClient<typeof ChatNamespace>
>();
