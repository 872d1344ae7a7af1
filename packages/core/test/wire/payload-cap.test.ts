import { startServer } from '@sio/test-kit';
import { expect, test } from 'vitest';

test.each([
  [1000, {}],
  [16, { maxPacketsPerPayload: 16 }],
])(
  'a POST of %d packets is accepted if that is the limit, and one of more ends the connection',
  async (most, options) => {
    const { io, url } = await startServer(options);
    const endpoint = `${url}/socket.io/?EIO=4&transport=polling`;
    const post = (session: string, packets: string[]) =>
      fetch(session, { method: 'POST', body: packets.join('\x1e') }).then((answer) => answer.text());
    const numbers = Array.from({ length: most }, (_, n) => n);
    const events = numbers.map((n) => `42["n",${n}]`);
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
    await post(session, events);
    expect(heard).toEqual(numbers);
    await post(session, [...events, '42["n","one more"]']);
    expect(await gone).toBe('parse error');
    expect(heard).not.toContain('one more');
  },
);
