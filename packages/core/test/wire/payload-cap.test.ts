import { expect, test } from 'vitest';
import { startServer } from '../dialect/support/server.js';

test('a POST of as many packets as the server takes is fine, one of more ends the connection', async () => {
  const { io, url } = await startServer({ maxPacketsPerPayload: 3 });
  const endpoint = `${url}/socket.io/?EIO=4&transport=polling`;
  const post = (session: string, packets: string[]) =>
    fetch(session, { method: 'POST', body: packets.join('\x1e') }).then((answer) => answer.text());
  const { sid } = JSON.parse((await (await fetch(endpoint)).text()).slice(1)) as { sid: string };
  const session = `${endpoint}&sid=${sid}`;
  const joined = new Promise<{ heard: unknown[]; gone: Promise<string> }>((resolve) =>
    io.on('connection', (socket) => {
      const heard: unknown[] = [];
      socket.on('n', (n) => heard.push(n));
      resolve({ heard, gone: new Promise((left) => socket.on('disconnect', left)) });
    }),
  );
  await post(session, ['40']);
  const { heard, gone } = await joined;
  await post(
    session,
    [1, 2, 3].map((n) => `42["n",${n}]`),
  );
  expect(heard).toEqual([1, 2, 3]);
  await post(
    session,
    [4, 5, 6, 7].map((n) => `42["n",${n}]`),
  );
  expect(await gone).toBe('parse error');
  expect(heard).not.toContain(7);
});
