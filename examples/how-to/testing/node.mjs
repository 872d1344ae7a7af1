import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@sio/testing';
import { Chat } from './chat.mjs';

test('a message reaches the others', async () => {
  const ann = await connect(Chat, { auth: { name: 'Ann' } });
  const bob = await ann.server.connect('/', { auth: { name: 'Bob' } });
  assert.deepEqual(await ann.call('say', 'hello'), { delivered: true });
  assert.deepEqual(await bob.next('said'), ['Ann', 'hello']);
});

test('a client without a name is refused', async () => {
  await assert.rejects(connect(Chat), { message: 'Log in first' });
});
