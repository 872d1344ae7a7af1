import { gunzipSync, inflateSync } from 'node:zlib';
import { bystander, closeOf, EngineSession, engineUrl, held, RawTcpClient, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

describe('long-polling', () => {
  it('answers a poll when there is something to send, and a POST at once', async () => {
    const session = await EngineSession.join(await startEcho());
    const poll = session.poll();
    const posted = await session.post('42["echo","one"]');
    expect(posted.headers).toMatchObject({ 'content-type': 'text/html', 'content-length': '2' });
    const answer = await poll.answer();
    expect(answer.body).toBe('42["echo","one"]');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=UTF-8',
      'content-length': '16',
      'cache-control': 'no-store',
    });
  });

  it('carries many packets in one body, both ways, and binary as base64', async () => {
    const session = await EngineSession.join(await startEcho());
    await session.post(
      '42["echo","a"]\x1e42["echo","é\u{1f600}"]\x1e451-["echo",{"_placeholder":true,"num":0}]\x1ebAQIDBA==',
    );
    expect(await session.read()).toBe(
      '42["echo","a"]\x1e42["echo","é\u{1f600}"]\x1e451-["echo",{"_placeholder":true,"num":0}]\x1ebAQIDBA==',
    );
  });

  it('counts bytes, not characters, in Content-Length and in its limit', async () => {
    const session = await EngineSession.join(await startEcho({ maxHttpBufferSize: 60 }));
    const poll = session.poll();
    await session.post('42["echo","漢字漢字"]');
    const { headers, body } = await poll.answer();
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect((await session.post(`42["echo","${'漢'.repeat(20)}"]`)).status).toBe(413);
  });

  it('refuses a second poll at the same time, and ends the session', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const other = await bystander(server);
    const first = session.poll();
    await held(session);
    const closed = closeOf(server, session.sid);
    expect(await session.poll().answer()).toMatchObject({ status: 400, body: '' });
    expect((await first.answer()).body).toBe('1');
    expect((await closed)[0]).toBe('transport error');
    await other.noticesNothing();
  });

  it('refuses a second POST at the same time, and ends the session', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const slow = new RawTcpClient(server.port);
    const { pathname, search } = new URL(session.url());
    const asked = new Promise<void>((resolve) => {
      server.io.engine.use((_req, _res, next) => {
        next();
        setImmediate(resolve);
      });
    });
    slow.send(
      `POST ${pathname}${search} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: text/plain',
      'Content-Length: 20',
    );
    await asked;
    const closed = closeOf(server, session.sid);
    expect(await session.post('42["echo",1]')).toMatchObject({ status: 400, body: '' });
    expect((await closed)[0]).toBe('transport error');
  });

  it.each([
    ['announced as too large', (text: string) => ({ body: text, headers: {} })],
    ['that grows too large in chunks', (text: string) => ({ body: text, headers: { 'Transfer-Encoding': 'chunked' } })],
  ])('refuses a body %s with 413, and the session lives', async (_how, request) => {
    const server = await startEcho({ maxHttpBufferSize: 100 });
    const session = await EngineSession.join(server);
    const { body, headers } = request(`42["echo","${'x'.repeat(200)}"]`);
    expect((await session.post(body, headers)).status).toBe(413);
    await session.echoes();
  });

  it('accepts the packets before an invalid one, answers ok, and ends the session', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const closed = closeOf(server, session.sid);
    expect(await session.post('42["echo",1]\x1e:\x1e42["echo",2]')).toMatchObject({ status: 200, body: 'ok' });
    expect((await closed)[0]).toBe('parse error');
  });

  it('treats an empty body as an invalid packet', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const closed = closeOf(server, session.sid);
    expect(await session.post('')).toMatchObject({ status: 200, body: 'ok' });
    expect((await closed)[0]).toBe('parse error');
  });

  it('refuses bytes, which this protocol version does not have in bodies', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const closed = closeOf(server, session.sid);
    const type = { 'Content-Type': 'application/octet-stream' };
    expect((await session.post(Buffer.of(1, 2, 3), type)).status).toBe(400);
    expect((await closed)[0]).toBe('transport error');
  });

  it('compresses long answers for clients that accept it', async () => {
    const session = await EngineSession.join(await startEcho({ httpCompression: { threshold: 100 } }));
    const long = `42["echo","${'lorem ipsum '.repeat(20)}"]`;
    for (const [coding, unpack] of [
      ['gzip', gunzipSync],
      ['deflate', inflateSync],
    ] as const) {
      const poll = session.poll({ headers: { 'Accept-Encoding': coding } });
      await session.post(long);
      const { headers, bytes } = await poll.answer();
      expect(headers).toMatchObject({ 'content-encoding': coding, vary: expect.stringContaining('Accept-Encoding') });
      expect(unpack(bytes).toString()).toBe(long);
    }
    const short = session.poll({ headers: { 'Accept-Encoding': 'gzip' } });
    await session.post('42["echo","short"]');
    expect((await short.answer()).headers['content-encoding']).toBeUndefined();
    const plain = session.poll();
    await session.post(long);
    expect((await plain.answer()).body).toBe(long);
  });

  it('does not compress packets of compress(false), nor anything if httpCompression is false', async () => {
    const server = await startEcho({ httpCompression: { threshold: 10 } });
    server.io.on('connection', (socket) =>
      socket.on('raw', (text: string) => void socket.compress(false).emit('raw', text)),
    );
    const session = await EngineSession.join(server);
    const poll = session.poll({ headers: { 'Accept-Encoding': 'gzip' } });
    await session.post(`42["raw","${'x'.repeat(100)}"]`);
    expect((await poll.answer()).headers['content-encoding']).toBeUndefined();
    const never = await EngineSession.join(await startEcho({ httpCompression: false }));
    const other = never.poll({ headers: { 'Accept-Encoding': 'gzip' } });
    await never.post(`42["echo","${'x'.repeat(5000)}"]`);
    expect((await other.answer()).headers['content-encoding']).toBeUndefined();
  });

  it('ends the session when the client disconnects during a poll', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const poll = session.poll();
    poll.answer().catch(() => {});
    await held(session);
    const closed = closeOf(server, session.sid);
    poll.abort();
    expect((await closed)[0]).toBe('transport error');
  });

  it('protects old Internet Explorers from content sniffing', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    const poll = session.poll({
      headers: { 'User-Agent': 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko' },
    });
    await session.post('42["echo",1]');
    expect((await poll.answer()).headers['x-xss-protection']).toBe('0');
  });

  it('holds packets for the next poll, in order', async () => {
    const server = await startEcho();
    const session = await EngineSession.join(server);
    for (let n = 0; n < 5; n++) server.io.emit('news', n);
    expect(await session.read()).toBe([0, 1, 2, 3, 4].map((n) => `42["news",${n}]`).join('\x1e'));
  });

  it('accepts 500 packets in one POST', async () => {
    const session = await EngineSession.join(await startEcho());
    const packets = Array.from({ length: 500 }, (_, n) => `42["echo",${n}]`).join('\x1e');
    expect((await session.post(packets)).status).toBe(200);
    expect(await session.read()).toBe(packets);
  });

  it('reads b64 from the request that made the session', async () => {
    const server = await startEcho();
    const session = await EngineSession.open(server, '&b64=1');
    expect(session.conn?.transport.supportsBinary).toBe(false);
    expect(engineUrl(server, 'x')).toContain('EIO=4');
  });
});
