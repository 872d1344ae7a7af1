import { connect } from '@sio/testing';
import { expect, test } from 'vitest';
import { Board } from '../src/board.js';

test('a post reaches the others in its topic', async () => {
  const ann = await connect(Board, { session: { name: 'Ann' } });
  const bob = await ann.server.connect('/', { session: { name: 'Bob' } });
  await ann.call('enter', 'tea');
  await bob.call('enter', 'tea');
  expect(await ann.call('post', { topic: 'tea', text: 'The kettle is on' })).toEqual({ posts: 1 });
  expect(await bob.next('posted')).toEqual(['Ann', 'The kettle is on']);
});

test('a visitor outside a topic cannot post there', async () => {
  const ann = await connect(Board, { session: { name: 'Ann' } });
  expect(await ann.call('post', { topic: 'tea', text: 'Hello?' })).toEqual({
    error: { name: 'not_in_topic', message: 'Enter tea first' },
  });
  expect(await ann.call('topics')).toEqual([]);
});

test('an event that does not fit the schema never reaches the class', async () => {
  const ann = await connect(Board, { session: { name: 'Ann' } });
  expect(await ann.loose.call('post', { topic: 'tea' })).toMatchObject({ error: { name: 'invalid_method_args' } });
});

test('visitors have to log in', async () => {
  await expect(connect(Board, { session: {} })).rejects.toThrow('Log in first');
});
