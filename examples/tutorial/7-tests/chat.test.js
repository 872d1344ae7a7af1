import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '@sio/testing';

// Set before chat.js is loaded: the tests write a history of their own.
process.env.HISTORY = join(mkdtempSync(join(tmpdir(), 'chat-')), 'history.jsonl');
const { Chat } = await import('./chat.js');

let ann;
let ben;

before(async () => {
  ann = await connect(Chat, { session: { name: 'Ann' } });
  ben = await ann.server.connect('/', { session: { name: 'Ben' } });
});

after(() => ann.server.close());

test('people in a room hear each other', async () => {
  await ann.call('enter', 'kitchen');
  await ben.call('enter', 'kitchen');
  await ann.call('say', 'Tea?');
  assert.deepEqual(await ben.next('said'), ['Ann', 'Tea?']);
});

test('a newcomer reads what was said before', async () => {
  const eve = await ann.server.connect('/', { session: { name: 'Eve' } });
  assert.deepEqual(await eve.call('enter', 'kitchen'), [['Ann', 'Tea?']]);
});

test('a visitor without a name stays outside', async () => {
  await assert.rejects(ann.server.connect('/', { session: {} }), { message: 'Log in first' });
});
