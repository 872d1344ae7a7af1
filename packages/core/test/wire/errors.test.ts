import {
  EngineSession,
  engineUrl,
  fetchAnswer,
  joinByWebSocket,
  RawTcpClient,
  refusedUpgrade,
  startEcho,
  upgradeLines,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAA';

describe('a request that cannot be served', () => {
  it.each([
    ['an unknown transport', 'transport=carrier-pigeon', 400, '{"code":0,"message":"Transport unknown"}'],
    ['no transport', '', 400, '{"code":0,"message":"Transport unknown"}'],
    ['WebTransport over HTTP', 'transport=webtransport', 400, '{"code":0,"message":"Transport unknown"}'],
    ['an unknown session', `transport=polling&sid=${UNKNOWN}`, 400, '{"code":1,"message":"Session ID unknown"}'],
    ['WebSocket without an upgrade', 'transport=websocket', 400, '{"code":3,"message":"Bad request"}'],
  ])('for %s is told so', async (_why, query, status, body) => {
    const server = await startEcho();
    const answer = await fetchAnswer(engineUrl(server, query));
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('by %s without a session is told so', async (method) => {
    const server = await startEcho();
    expect(await fetchAnswer(engineUrl(server, 'transport=polling'), { method })).toMatchObject({
      status: 400,
      body: '{"code":2,"message":"Bad handshake method"}',
    });
  });

  it.each(['PUT', 'DELETE', 'PATCH'])(
    'by %s for a session is answered with 500, and the session lives',
    async (method) => {
      const server = await startEcho();
      const session = await EngineSession.join(server);
      expect(await fetchAnswer(session.url(), { method })).toMatchObject({ status: 500, body: '' });
      await session.echoes();
    },
  );

  it.each(['', '5', '04', 'four', '4&EIO=3'])('in revision %j is refused where only 4 is spoken', async (revision) => {
    const server = await startEcho({ generations: ['eio4'] });
    expect(await fetchAnswer(`${server.url}/socket.io/?EIO=${revision}&transport=polling`)).toMatchObject({
      status: 400,
      body: '{"code":5,"message":"Unsupported protocol version"}',
    });
  });

  it('in another transport than the session has is a bad request', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [sid] = [...server.io.engine.clients.keys()];
    const answer = await fetchAnswer(engineUrl(server, 'transport=polling', `&sid=${sid}`));
    expect(answer).toMatchObject({ status: 400, body: '{"code":3,"message":"Bad request"}' });
    expect(await ws.send('42["echo",1]').next()).toBe('42["echo",1]');
  });

  it('as an upgrade is answered with plain text, and the connection is closed', async () => {
    const server = await startEcho();
    const client = new RawTcpClient(server.port).send(...upgradeLines('/socket.io/?EIO=4&transport=carrier-pigeon'));
    const answer = (await client.closed()).replace(/^Date: .*\r\n/m, '');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toMatch(/\r\ncontent-length: 17\r\n/i);
    expect(answer).toMatch(/\r\n\r\nTransport unknown$/);
    const unknown = await refusedUpgrade(engineUrl(server, 'transport=websocket', `&sid=${UNKNOWN}`));
    expect(unknown).toMatchObject({ status: 400, body: 'Session ID unknown' });
  });

  it('is reported to connection_error with the cause', async () => {
    const server = await startEcho();
    const seen: unknown[] = [];
    server.io.engine.on('connection_error', ({ code, message, context, req }) =>
      seen.push([code, message, context, req.method]),
    );
    await fetchAnswer(engineUrl(server, 'transport=nope'));
    await fetchAnswer(engineUrl(server, `transport=polling&sid=${UNKNOWN}`));
    await fetchAnswer(engineUrl(server, 'transport=polling'), { method: 'PUT' });
    expect(seen).toEqual([
      [0, 'Transport unknown', { transport: 'nope' }, 'GET'],
      [1, 'Session ID unknown', { sid: UNKNOWN }, 'GET'],
      [2, 'Bad handshake method', { method: 'PUT' }, 'PUT'],
    ]);
  });
});

describe('cross-origin requests', () => {
  const origin = 'https://page.example';

  it('carry the headers of the cors option, errors included', async () => {
    const server = await startEcho({ cors: { origin, credentials: true } });
    const cors = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
    const headers = { origin };
    expect((await fetchAnswer(engineUrl(server, 'transport=polling'), { headers })).headers).toMatchObject(cors);
    const error = await fetchAnswer(engineUrl(server, 'transport=nope'), { headers });
    expect(error.status).toBe(400);
    expect(error.headers).toMatchObject(cors);
  });

  it('are announced by a preflight, which is answered', async () => {
    const server = await startEcho({ cors: { origin } });
    const answer = await fetchAnswer(engineUrl(server, 'transport=polling'), {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-token' },
    });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
      'access-control-allow-headers': 'x-token',
      'content-length': '0',
    });
    expect(answer.headers.vary).toContain('Origin');
  });

  it('are refused without it, on both transports', async () => {
    const server = await startEcho();
    const headers = { origin };
    expect((await fetchAnswer(engineUrl(server, 'transport=polling'), { headers })).status).toBe(403);
    expect((await refusedUpgrade(engineUrl(server, 'transport=websocket'), { headers })).status).toBe(403);
    const own = { origin: server.url };
    expect((await fetchAnswer(engineUrl(server, 'transport=polling'), { headers: own })).status).toBe(200);
  });
});
