import { connect } from '@sio/testing';
import { Chat } from './chat.mjs';

test('a message reaches the others', async () => {
  const ann = await connect(Chat, { auth: { name: 'Ann' } });
  const bob = await ann.server.connect('/', { auth: { name: 'Bob' } });
  expect(await ann.call('say', 'hello')).toEqual({ delivered: true });
  expect(await bob.next('said')).toEqual(['Ann', 'hello']);
});

test('a client without a name is refused', async () => {
  await expect(connect(Chat)).rejects.toThrow('Log in first');
});
