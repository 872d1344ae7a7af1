import type { Refusal } from '@sio/core';
import { expectTypeOf, test } from 'vitest';
import { connect } from '../src/index.js';
import { Chat } from './chat.js';

test('a client knows the events of its class', async () => {
  const client = await connect(Chat);
  expectTypeOf(await client.call('say', 'hi')).toEqualTypeOf<{ delivered: boolean } | Refusal>();
  expectTypeOf(await client.call('later', 1)).toEqualTypeOf<number | Refusal>();
  expectTypeOf(await client.call('nothing')).toEqualTypeOf<undefined | Refusal>();
  expectTypeOf(await client.next('said')).toEqualTypeOf<[from: string, text: string]>();
  expectTypeOf(client.received('said')).toEqualTypeOf<readonly [from: string, text: string][]>();
  client.on('question', (n) => n * 2);
  client.emit('say', 'hi', (answer) => answer);
  expectTypeOf(client.socket).toEqualTypeOf<Chat | undefined>();
});

test('a client may not send what its class does not take', async () => {
  const client = await connect(Chat);
  // @ts-expect-error no such event
  client.emit('shout', 'hi');
  // @ts-expect-error not a string
  await client.call('say', 5);
  // @ts-expect-error an argument is missing
  await client.call('say');
  // @ts-expect-error the class does not emit it
  client.received('shouted');
});
