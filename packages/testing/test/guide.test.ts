import { Namespace } from '@sio/core';
import { connect, createTestServer, useFakeClock } from '@sio/testing';
import { expect, test } from 'vitest';

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  async onConnect({ name }: { name?: string }) {
    if (name === undefined) return false;
    await this.join('lobby');
    return true;
  }

  onSay(text: string) {
    this.to('lobby').emit('said', this.handshake.auth.name, text);
    return { delivered: true };
  }

  async onRemind(minutes: number) {
    await this.sleep(minutes * 60_000);
    this.emit('said', 'clock', 'time is up');
  }
}

test('a message is delivered', async () => {
  const ada = await connect(Chat, { auth: { name: 'Ada' } });
  const bob = await ada.server.connect('/', { auth: { name: 'Bob' } });

  expect(await ada.call('say', 'hello')).toEqual({ delivered: true });
  expect(await bob.next('said')).toEqual(['Ada', 'hello']);
  expect(ada.received('said')).toEqual([]);
});

test('a client without a name is refused', async () => {
  await expect(connect(Chat)).rejects.toThrow('Connection rejected by server');
});

test('old clients are served', async () => {
  const server = createTestServer({ '/chat': Chat });
  const old = await server.connect('/chat', { generation: '0.9', auth: { name: 'Old' } });
  expect(await old.call('say', 'hello')).toEqual({ delivered: true });
});

test('a reminder comes in time', async () => {
  using clock = useFakeClock();
  const ada = await connect(Chat, { auth: { name: 'Ada' } });
  ada.emit('remind', 5);
  await clock.advance(5 * 60_000);
  expect(ada.received('said')).toEqual([['clock', 'time is up']]);
});

test('disconnected clients leave nothing behind', async () => {
  const server = createTestServer({ '/chat': Chat });
  await server.connect('/chat', { auth: { name: 'Ada' } });
  await server.assertNoLeaks();
});
