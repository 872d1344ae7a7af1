import { fetchAnswer, type Running, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** A handshake by long polling. */
async function shake({ url }: Running, revision: number): Promise<string> {
  const base = `${url}/socket.io/?EIO=${revision}&transport=polling`;
  const { body } = await fetchAnswer(base);
  return `${base}&sid=${/"sid":"([^"]+)"/.exec(body)?.[1]}`;
}

const INVALID = { 4: 'abc', 3: 'abc' } as const;

describe.each([4, 3] as const)('a session of Engine.IO %i over polling', (revision) => {
  it('is gone after an invalid POST', async () => {
    const server = await startServer();
    const session = await shake(server, revision);
    await fetchAnswer(session, { method: 'POST', body: INVALID[revision] });
    expect(await fetchAnswer(session)).toMatchObject({ status: 400, body: expect.stringContaining('"code":1') });
  });

  it('is gone after a ping timeout', async () => {
    const server = await startServer({ pingInterval: 20, pingTimeout: 20, pingGrace: 0 });
    const session = await shake(server, revision);
    while (server.io.engine.clients.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await fetchAnswer(session)).status).toBe(400);
  });

  it('sends waiting output with the open poll when its client breaks the protocol', async () => {
    const server = await startServer();
    const session = await shake(server, revision);
    if (revision === 3) await fetchAnswer(session);
    const poll = fetchAnswer(session);
    const [conn] = [...server.io.engine.clients.values()];
    while (conn?.transport.writable !== true) await new Promise((resolve) => setImmediate(resolve));
    // The server has an answer to the first packet, and ends the session at the second.
    const body = revision === 4 ? '40\x1eabc' : '6:40/no,3:abc';
    await fetchAnswer(session, { method: 'POST', body });
    const answer = (await poll).body;
    expect(answer).toMatch(revision === 4 ? /^40\{"sid":"[^"]+"\}/ : /44\/no,/);
    expect(answer).toMatch(revision === 4 ? /1$/ : /1:1$/);
  });
});

describe('repeated parameters of a query', () => {
  it.each([
    'EIO=4&transport=polling&EIO=4',
    'EIO=4&transport=polling&t=a&transport=polling&EIO=4&t=b',
    'EIO=4&transport=websocket&transport=polling',
  ])('%s: the last counts', async (query) => {
    const { url } = await startServer();
    expect((await fetchAnswer(`${url}/socket.io/?${query}`)).status).toBe(200);
  });

  it.each(['EIO=3&EIO=4&transport=polling', 'EIO=4&transport=polling&EIO=3'])('%s is refused', async (query) => {
    const { url } = await startServer();
    expect((await fetchAnswer(`${url}/socket.io/?${query}`)).status).toBe(400);
  });
});

it('a request that is wrong in transport and protocol version is a TRANSPORT_MISMATCH', async () => {
  const server = await startServer();
  const session = await shake(server, 4);
  const told = new Promise(
    (resolve) => void server.io.engine.once('connection_error', (error) => resolve(error.context.name)),
  );
  await fetchAnswer(session.replace('EIO=4', 'EIO=3').replace('polling', 'websocket'));
  expect(await told).toBe('TRANSPORT_MISMATCH');
});
