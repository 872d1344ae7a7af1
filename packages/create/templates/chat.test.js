import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@sio/testing';
import { Chat } from './chat.js';

test('people in the lobby hear each other', async () => {
  const ann = await connect(Chat);
  const ben = await ann.server.connect('/');
  await ann.call('enter', 'Ann');
  await ben.call('enter', 'Ben');

  assert.deepEqual(await ann.call('say', 'hello'), { delivered: true });
  assert.deepEqual(await ben.next('said'), ['Ann', 'hello']);
  await ann.server.close();
});
