import { connect, startServer } from '@sio/test-kit';
import { expect, test } from 'vitest';

test('the connections of a server can be read as a map', async () => {
  const { io, url } = await startServer();
  const client = connect('4.8.4', url, 'websocket');
  await client.next('connect');
  const { clients } = io.engine;
  const [id] = [...clients.keys()] as [string];
  expect(clients.get(id)?.id).toBe(id);
  expect([clients.has(id), clients.size, io.engine.clientsCount]).toEqual([true, 1, 1]);
  expect([...clients].map(([key]) => key)).toEqual([id]);
  expect([...clients.values()].map((conn) => conn.id)).toEqual([id]);
});

test('the connections of a server cannot be changed by the code that reads them', async () => {
  const { io, url } = await startServer();
  const client = connect('4.8.4', url, 'websocket');
  await client.next('connect');
  const clients = io.engine.clients as unknown as Record<string, unknown>;
  const [id] = Object.keys(clients) as [string];
  expect(Reflect.set(clients, id, null)).toBe(false);
  expect(Reflect.deleteProperty(clients, id)).toBe(false);
  expect(Reflect.defineProperty(clients, 'own', { value: 1 })).toBe(false);
  expect(Object.keys(clients)).toEqual([id]);
  expect(io.engine.clientsCount).toBe(1);
});
