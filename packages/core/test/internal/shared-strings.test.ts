import { engineUrl, RawWebSocket, startServer } from '@sio/test-kit';
import { expect, test } from 'vitest';
import type { Socket } from '../../src/index.js';

const HEADERS = {
  Host: 'chat.example',
  'User-Agent': 'Browser/1.0',
  'accept-language': 'de, en;q=0.5',
  Cookie: 'id=1; theme=dark',
  'X-Own-Header': 'kept as it is',
  'Sec-CH-UA': `"${'long'.repeat(100)}"`,
};

test('a kept request reads after the connection as it came, for each of many clients', async () => {
  const requests: Socket['request'][] = [];
  const server = await startServer({ onConnection: (socket) => void requests.push(socket.request) });
  for (let n = 0; n < 3; n++) {
    const headers = { ...HEADERS, 'X-Client': String(n) };
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'), { headers });
    await ws.next();
    await ws.send('40').next();
  }
  expect(requests).toHaveLength(3);
  requests.forEach((request, n) => {
    for (const [name, value] of Object.entries({ ...HEADERS, 'X-Client': String(n) })) {
      const at = request?.rawHeaders.indexOf(name) ?? -1;
      expect(request?.rawHeaders[at + 1], name).toBe(value);
    }
    expect(request?.headers).toMatchObject({ host: 'chat.example', 'x-client': String(n), cookie: 'id=1; theme=dark' });
    expect(request?.url).toMatch(/^\/socket\.io\/\?.*transport=websocket/);
    expect(request?.httpVersion).toBe('1.1');
  });
});

test('a kept request takes listeners of the application after the connection', async () => {
  const heard: unknown[] = [];
  const server = await startServer({
    onConnection: (socket) =>
      void setImmediate(() => {
        socket.request?.on('told', (value) => heard.push(value));
        socket.request?.emit('told', 1);
        socket.emit('ready');
      }),
  });
  const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'));
  await ws.next();
  ws.send('40');
  await ws.frames.take(2);
  expect(heard).toEqual([1]);
});
