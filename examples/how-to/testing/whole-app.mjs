import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { socketio } from '@sio/core';
import { io as connectTo } from 'socket.io-client';
import { Chat } from './chat.mjs';

test('a page can connect over the network', async (t) => {
  const httpServer = createServer();
  const { io } = socketio({ '/chat': Chat }).attach(httpServer);
  // Port 0 is any free port: tests that run beside each other never meet.
  await once(httpServer.listen(0), 'listening');
  t.after(() => io.close());

  const url = `http://localhost:${httpServer.address().port}/chat`;
  const client = connectTo(url, { auth: { name: 'Ann' }, forceNew: true, reconnection: false });
  t.after(() => client.disconnect());
  await once(client, 'connect');
  assert.deepEqual(await client.timeout(5000).emitWithAck('say', 'hello'), { delivered: true });
});
