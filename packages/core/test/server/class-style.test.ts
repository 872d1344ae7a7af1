import { acks, allow, ClientError, ConnectionRefused, Namespace, on } from '@sio/core';
import { client, startServer } from '@sio/test-kit';
import type { Socket as ClientSocket } from 'socket.io-client-4.8';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const connect = (url: string, options: object = {}) => client(url, { transports: ['websocket'], ...options });

const once = (client: ClientSocket, event: string) =>
  new Promise<unknown[]>((resolve) => client.once(event, (...args) => resolve(args)));

class Chat extends Namespace {
  count = 0;
  async onConnect(auth: { name?: string }) {
    if (auth.name === 'mallory') throw new ConnectionRefused('go away', { code: 7 });
    this.emit('welcome', auth.name);
    await new Promise((resolve) => setImmediate(resolve));
    this.join('lobby');
  }
  onChat(text: string) {
    this.to('lobby').emit('chat', text);
    return { delivered: ++this.count };
  }
  onPrivateMessage() {
    return acks('OK', 123);
  }
  async onBroken() {
    throw new Error('secret');
  }
  onNope() {
    throw new ClientError('nope', 'not today', { tomorrow: true });
  }
  @on('sum', z.array(z.number()))
  total(numbers: number[]) {
    return numbers.reduce((a, b) => a + b, 0);
  }
  @allow(() => false)
  onSecret() {
    return 'secret';
  }
}

describe('a class namespace', () => {
  it('acknowledges with what its methods return and broadcasts to others', async () => {
    const { url } = await startServer({ namespaces: { '/chat': Chat } });
    const [a, b] = [connect(`${url}/chat`, { auth: { name: 'a' } }), connect(`${url}/chat`, { auth: { name: 'b' } })];
    const welcome = once(a, 'welcome');
    await Promise.all([once(a, 'connect'), once(b, 'connect')]);
    expect(await welcome).toEqual(['a']);
    const heard = once(b, 'chat');
    expect(await a.emitWithAck('chat', 'hi')).toEqual({ delivered: 1 });
    expect(await heard).toEqual(['hi']);
    expect(await new Promise((resolve) => a.emit('private message', (...all: unknown[]) => resolve(all)))).toEqual([
      'OK',
      123,
    ]);
    expect(await a.emitWithAck('sum', [1, 2])).toBe(3);
  });

  it('answers refused events without revealing secrets', async () => {
    const errors: unknown[] = [];
    const { io: server, url } = await startServer({ namespaces: { '/chat': Chat } });
    server.on('handler_error', (error) => errors.push(error));
    const a = connect(`${url}/chat`, { auth: {} });
    await once(a, 'connect');
    expect(await a.emitWithAck('broken')).toEqual({ error: { name: 'internal_error', message: 'Internal error' } });
    expect(await a.emitWithAck('nope')).toEqual({ error: { name: 'nope', message: 'not today', tomorrow: true } });
    expect(await a.emitWithAck('sum', 'x')).toMatchObject({ error: { name: 'invalid_method_args' } });
    expect(await a.emitWithAck('secret')).toMatchObject({ error: { name: 'method_access_denied' } });
    expect(await a.emitWithAck('constructor')).toMatchObject({ error: { name: 'no_such_method' } });
    const event = once(a, 'error');
    a.emit('toString');
    expect(await event).toEqual(['no_such_method', 'The method "toString" was not found']);
    expect(errors).toHaveLength(6);
  });

  it('refuses a connection with a message and data', async () => {
    const { url } = await startServer({ namespaces: { '/chat': Chat } });
    const a = connect(`${url}/chat`, { auth: { name: 'mallory' } });
    const [error] = await once(a, 'connect_error');
    expect(error).toMatchObject({ message: 'go away', data: { code: 7 } });
  });

  it('serves namespaces by pattern, with parameters', async () => {
    class Order extends Namespace {
      onWhich() {
        return this.params.id;
      }
    }
    const { url } = await startServer({ namespaces: { '/orders/:id': Order } });
    const a = connect(`${url}/orders/17`);
    expect(await a.emitWithAck('which')).toBe('17');
  });
});
