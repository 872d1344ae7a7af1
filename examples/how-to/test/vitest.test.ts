import { ConnectionRefused, Namespace } from '@sio/core';
import { connect } from '@sio/testing';
import { expect, test } from 'vitest';

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  onConnect({ name }: { name?: string }) {
    if (name === undefined) throw new ConnectionRefused('Log in first');
  }

  onSay(text: string) {
    this.broadcast.emit('said', this.handshake.auth.name, text);
    return { delivered: true };
  }
}

test('a message reaches the others', async () => {
  const ann = await connect(Chat, { auth: { name: 'Ann' } });
  const bob = await ann.server.connect('/', { auth: { name: 'Bob' } });
  expect(await ann.call('say', 'hello')).toEqual({ delivered: true });
  expect(await bob.next('said')).toEqual(['Ann', 'hello']);
});

test('a client without a name is refused', async () => {
  await expect(connect(Chat)).rejects.toThrow('Log in first');
});
