import { DisconnectedError, ServerRefusal, SimpleClient, type SimpleClientOptions, TimeoutError } from '@sio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatNamespace } from './support/server.js';
import { startChat } from './support/server.js';

async function connect(url: string, options?: SimpleClientOptions) {
  const client = await SimpleClient.connect<typeof ChatNamespace>(url, options);
  onTestFinished(() => client.disconnect());
  return client;
}

describe.each([['polling'], ['websocket']])('a simple client over %s', (transport) => {
  it('emits, calls and receives', async () => {
    const { url } = await startChat();
    const client = await connect(url, {
      namespace: '/chat',
      auth: { name: 'ada' },
      transports: [transport as 'polling'],
    });
    expect(client.transport).toBe(transport);
    expect(client.sid).toMatch(/^[\w-]{20}$/);
    await client.emit('say', 'one');
    expect(await client.call('say', 'two')).toEqual({ delivered: true, length: 3 });
    expect(await client.receive({ timeout: 5000 })).toEqual(['said', 'ada', 'one']);
    expect(await client.receive()).toEqual(['said', 'ada', 'two']);
  });
});

describe('a simple client', () => {
  it('returns the callback of an event that needs an acknowledgement', async () => {
    const { url } = await startChat();
    const client = await connect(url);
    const asked = client.call('askMe', 'why');
    const [event, question, answer] = await client.receive();
    expect([event, question]).toEqual(['ask', 'why']);
    (answer as (reply: string) => void)('because');
    expect(await asked).toBe('because');
  });

  it('throws the refusal of the server', async () => {
    const { url } = await startChat();
    const client = await connect(url);
    await expect(client.call('fail')).rejects.toThrow(ServerRefusal);
    await expect(SimpleClient.connect(url, { auth: { name: 'mallory' } })).rejects.toMatchObject({
      message: 'not you',
      data: { code: 7 },
    });
  });

  it('throws when no event comes in time, and keeps working', async () => {
    const { url } = await startChat();
    const client = await connect(url);
    await expect(client.receive({ timeout: 20 })).rejects.toThrow(TimeoutError);
    await client.emit('whisper', 'psst');
    expect(await client.receive()).toEqual(['private message', 'psst']);
  });

  it('reports why it cannot connect', async () => {
    const failing = SimpleClient.connect('http://127.0.0.1:9', { connectTimeout: 100, transports: ['polling'] });
    await expect(failing).rejects.toThrow(/No connection to http:\/\/127\.0\.0\.1:9 within 100 ms; .*xhr poll error/);
  });

  it('returns events from before the disconnection, then throws', async () => {
    const { url } = await startChat();
    const client = await connect(url);
    await client.emit('burst', 2);
    await client.emit('kick');
    expect(await client.receive()).toEqual(['said', 'burst', '0']);
    expect(await client.receive()).toEqual(['said', 'burst', '1']);
    await expect(client.receive()).rejects.toThrow(DisconnectedError);
    await expect(client.emit('say', 'too late')).rejects.toThrow(DisconnectedError);
  });

  it.each([30 * 24 * 3_600_000, Number.POSITIVE_INFINITY])('waits until its timeout of %d ms', async (timeout) => {
    const { url } = await startChat();
    const client = await connect(url, { connectTimeout: timeout, callTimeout: timeout });
    const received = client.receive({ timeout });
    expect(await client.call('say', 'hello')).toEqual({ delivered: true, length: 5 });
    await client.emit('burst', 1);
    expect((await received)[0]).toBe('said');
  });

  it('reconnects after a lost connection, and delivers events that were emitted in the meantime', async () => {
    const { url } = await startChat();
    const client = await connect(url, { reconnectionDelay: 1 });
    const lost = new Promise((resolve) => client.socket.once('disconnect', resolve));
    await client.emit('cut');
    await lost;
    expect(await client.call('say', 'back')).toEqual({ delivered: true, length: 4 });
  });

  it('disconnects with a reason when too many events wait', async () => {
    const { url } = await startChat();
    const client = await connect(url, { maxWaiting: 3 });
    const ended = new Promise((resolve) => client.socket.once('disconnect', resolve));
    await client.emit('burst', 4);
    await ended;
    for (let i = 0; i < 3; i++) expect(await client.receive()).toEqual(['said', 'burst', String(i)]);
    await expect(client.receive()).rejects.toThrow(/more than 3 events wait/);
  });
});
