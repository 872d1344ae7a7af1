import { EngineSession, engineUrl, fetchAnswer, RawWebSocket, refusedUpgrade, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

describe('a handshake of Engine.IO 4', () => {
  it('over polling returns session, upgrades and times, in this order', async () => {
    const server = await startEcho({ pingInterval: 1234, pingTimeout: 4321, maxHttpBufferSize: 5000 });
    const { status, headers, body } = await fetchAnswer(engineUrl(server, 'transport=polling'));
    expect(status).toBe(200);
    expect(body).toMatch(
      /^0\{"sid":"[\w-]{20}","upgrades":\["websocket"\],"pingInterval":1234,"pingTimeout":4321,"maxPayload":5000\}$/,
    );
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'content-length': String(body.length),
      'cache-control': 'no-store',
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('over WebSocket offers no upgrades', async () => {
    const server = await startEcho();
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'));
    expect(await ws.next()).toMatch(/^0\{"sid":"[\w-]{20}","upgrades":\[\],"pingInterval":25000,/);
  });

  it('offers none when upgrades are not allowed', async () => {
    const server = await startEcho({ allowUpgrades: false });
    expect((await fetchAnswer(engineUrl(server, 'transport=polling'))).body).toContain('"upgrades":[]');
  });

  it('is followed by the initial packet', async () => {
    const server = await startEcho({ initialPacket: 'welcome' });
    expect((await fetchAnswer(engineUrl(server, 'transport=polling'))).body.split('\x1e')[1]).toBe('4welcome');
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'));
    expect((await ws.frames.take(2))[1]).toBe('4welcome');
  });

  it('gives every client a different session, and a socket id that does not reveal it', async () => {
    const server = await startEcho();
    const sids = new Set<string>();
    for (let n = 0; n < 50; n++) {
      const session = await EngineSession.open(server);
      await session.post('40');
      const { sid } = JSON.parse((await session.read()).slice(2)) as { sid: string };
      sids.add(session.sid).add(sid);
    }
    expect(sids.size).toBe(100);
  });

  it.each([
    [{}, /^io=[\w-]{20}; Path=\/; HttpOnly; SameSite=Lax$/],
    [
      { name: 'sid', path: '/app', sameSite: 'strict', httpOnly: false, maxAge: 60 },
      /^sid=[\w-]{20}; Max-Age=60; Path=\/app; SameSite=Strict$/,
    ],
  ] as const)('sets a session cookie if told so: %o', async (cookie, expected) => {
    const server = await startEcho({ cookie: Object.keys(cookie).length === 0 ? true : cookie });
    const { headers } = await fetchAnswer(engineUrl(server, 'transport=polling'));
    expect(headers['set-cookie']?.[0]).toMatch(expected);
    const session = await EngineSession.join(server);
    const [poll] = await Promise.all([session.poll().answer(), session.post('42["echo",1]')]);
    expect(poll.headers['set-cookie'], 'later answers set none').toBeUndefined();
  });

  it('lets listeners change headers, of the first answer and of all', async () => {
    const server = await startEcho();
    server.io.engine.on('initial_headers', (headers, req) => {
      headers['x-first'] = String(req.url?.includes('EIO=4'));
    });
    server.io.engine.on('headers', (headers) => {
      headers['x-all'] = 'yes';
    });
    const first = await fetchAnswer(engineUrl(server, 'transport=polling'));
    expect(first.headers).toMatchObject({ 'x-first': 'true', 'x-all': 'yes' });
    const session = await EngineSession.open(server);
    expect((await session.post('40')).headers).toMatchObject({ 'x-all': 'yes' });
    const poll = await session.poll().answer();
    expect(poll.headers).toMatchObject({ 'x-all': 'yes' });
    expect(poll.headers['x-first']).toBeUndefined();
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'));
    expect(ws.headers).toMatchObject({ 'x-first': 'true', 'x-all': 'yes' });
  });

  it('asks the application once, and refuses with its text', async () => {
    let asked = 0;
    const server = await startEcho({
      allowRequest: (req, answer) => {
        asked++;
        answer(req.headers['x-token'] === 'good' ? null : 'no token', req.headers['x-token'] === 'good');
      },
    });
    const url = engineUrl(server, 'transport=polling');
    expect(await fetchAnswer(url)).toMatchObject({ status: 403, body: '{"code":4,"message":"no token"}' });
    const refusal = await refusedUpgrade(engineUrl(server, 'transport=websocket'));
    expect(refusal).toMatchObject({ status: 400, body: 'no token' });
    const { body } = await fetchAnswer(url, { headers: { 'x-token': 'good' } });
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    expect((await fetchAnswer(`${url}&sid=${sid}`, { method: 'POST', body: '40' })).status).toBe(200);
    expect(asked, 'later requests are not asked about').toBe(3);
  });

  it('matches its path exactly, and leaves other paths alone', async () => {
    const server = await startEcho();
    server.http.on('request', (_req, res) => void res.writeHead(404).end('not yours'));
    for (const path of ['/socket.io', '/socket.iox/', '/socket.io/other', '/']) {
      expect(await fetchAnswer(`${server.url}${path}?EIO=4&transport=polling`), path).toMatchObject({
        body: 'not yours',
      });
    }
    const bare = await startEcho({ addTrailingSlash: false });
    expect((await fetchAnswer(`${bare.url}/socket.io?EIO=4&transport=polling`)).status).toBe(200);
  });
});
