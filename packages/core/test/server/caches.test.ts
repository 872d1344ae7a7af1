import { FRAMEWORKS, fetchAnswer, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** Handshakes of every protocol version. */
const HANDSHAKES = [
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=polling&j=0',
  '/socket.io/?EIO=3&transport=polling',
  '/socket.io/?EIO=3&transport=polling&j=0',
  '/socket.io/1/',
  '/socket.io/1/?jsonp=0',
];

const REFUSED = [
  '/socket.io/?EIO=4&transport=polling&sid=unknown',
  '/socket.io/?EIO=4&transport=pigeon',
  '/socket.io/?EIO=9&transport=polling',
  '/socket.io/1/pigeon/unknown',
  '/socket.io/1/xhr-polling/unknown',
  '/socket.io/1/jsonp-polling/unknown?i=0',
];

describe.each(FRAMEWORKS)('a cache in front of a server on %s', (framework) => {
  it('must not store a handshake, a poll or a refusal', async () => {
    const { url, io } = await startServer({ framework });
    const kept: string[] = [];
    const ask = async (path: string, headers?: Record<string, string>) => {
      const answer = await fetchAnswer(url + path, headers === undefined ? {} : { headers });
      if (answer.headers['cache-control'] !== 'no-store') kept.push(`${path}: ${answer.status}`);
      return answer;
    };
    for (const path of HANDSHAKES) expect((await ask(path)).status).toBe(200);
    for (const path of REFUSED) await ask(path);
    for (const path of HANDSHAKES) await ask(path, { origin: 'http://other.example' });
    await io.drain({ deadline: 0 });
    for (const path of HANDSHAKES) await ask(path);
    expect(kept).toEqual([]);
  });

  it('may store the client’s files if it revalidates them', async () => {
    const { url } = await startServer({ framework });
    const { status, headers } = await fetchAnswer(`${url}/socket.io/socket.io.js`);
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=0']);
    expect(
      (await fetchAnswer(`${url}/socket.io/socket.io.js`, { headers: { 'if-none-match': headers.etag! } })).status,
    ).toBe(304);
  });
});
