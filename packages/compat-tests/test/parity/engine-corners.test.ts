import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { harness, next } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';

const socketAt = (url: string, rest = '') =>
  new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket${rest}`);

/** A session over polling that joins nothing, and its connection on the server. */
async function polled(load: () => Promise<Library>, options: object = {}) {
  const running = await harness(load, options as never);
  const arrival = next(running.io.engine, 'connection');
  const at = `${running.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1));
  const [conn] = await arrival;
  return { ...running, conn, sid: sid as string, at: `${at}&sid=${sid}` };
}

onBoth('middlewares of the engine', (load) => {
  it('run in order, up to the one that answers', async () => {
    const { io, url } = await harness(load);
    const order: number[] = [];
    io.engine.use((_req: IncomingMessage, _res: ServerResponse, go: () => void) => {
      order.push(1);
      go();
    });
    io.engine.use((_req: IncomingMessage, res: ServerResponse) => {
      order.push(2);
      res.writeHead(503).end('closed');
    });
    io.engine.use(() => order.push(3));
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(503);
    expect(order).toEqual([1, 2]);
  });

  it('that end the response of an upgrade end its connection', async () => {
    const { io, url } = await harness(load);
    io.engine.use((_req: IncomingMessage, res: ServerResponse) => {
      res.setHeader('x-mine', 'no');
      res.end();
    });
    const ws = socketAt(url);
    const failed = next(ws, 'error');
    await failed;
    expect(ws.readyState).not.toBe(WebSocket.OPEN);
    expect(io.engine.clientsCount).toBe(0);
  });

  it('that fail refuse upgrades with 400', async () => {
    const { io, url } = await harness(load);
    io.engine.use((_req: IncomingMessage, _res: ServerResponse, go: (error?: Error) => void) => go(new Error('no')));
    const told = next(io.engine, 'connection_error');
    const ws = socketAt(url);
    ws.on('error', () => {});
    const [, response] = await next(ws, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    expect((await told)[0]).toMatchObject({ code: 3, context: { name: 'MIDDLEWARE_FAILURE' } });
    response.destroy();
  });

  it('run for the polls and POSTs of a session too', async () => {
    const { io, at } = await polled(load);
    const methods: (string | undefined)[] = [];
    io.engine.use((req: IncomingMessage, _res: ServerResponse, go: () => void) => {
      methods.push(req.method);
      go();
    });
    await (await fetch(at, { method: 'POST', body: '40' })).text();
    await (await fetch(at)).text();
    expect(methods).toEqual(['POST', 'GET']);
  });
});

onBoth('io.engine', (load) => {
  it('refuses a WebSocket of an unknown session or transport', async () => {
    const { io, url } = await harness(load);
    for (const [query, code] of [
      ['EIO=4&transport=websocket&sid=x', 1],
      ['EIO=4&transport=tobi', 0],
    ] as const) {
      const told = next(io.engine, 'connection_error');
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?${query}`);
      ws.on('error', () => {});
      const [, response] = await next(ws, 'unexpected-response');
      expect([response.statusCode, response.headers['content-type']]).toEqual([400, 'text/html']);
      expect((await told)[0].code).toBe(code);
      response.destroy();
    }
  });

  it('makes another secret id for each connection', async () => {
    const { url } = await harness(load);
    const open = async () =>
      JSON.parse((await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).slice(1));
    const ids = new Set((await Promise.all([open(), open(), open()])).map(({ sid }) => sid));
    expect(ids.size).toBe(3);
  });
});

onBoth('a raw connection', (load) => {
  it('sends waiting packets before it closes, unless it discards them', async () => {
    for (const [discard, said] of [
      [undefined, ['bye']],
      [true, []],
    ] as const) {
      const { conn, at } = await polled(load);
      const closed = next(conn, 'close');
      conn.send('bye');
      conn.close(discard);
      const texts: string[] = [];
      const answer = await fetch(at);
      if (answer.status === 200) texts.push(...(await answer.text()).split('\x1e'));
      expect(texts.filter((text) => text.startsWith('4')).map((text) => text.slice(1))).toEqual(said);
      if (discard !== true) await (await fetch(at)).text();
      expect((await closed)[0]).toBe('forced close');
    }
  });

  it('never calls back for a packet that it could not send', async () => {
    const { conn } = await polled(load);
    let called = 0;
    conn.send('never', {}, () => called++);
    const closed = next(conn, 'close');
    conn.close(true);
    await closed;
    conn.send('too late', {}, () => called++);
    await new Promise((resolve) => setImmediate(resolve));
    expect([called, conn.readyState]).toEqual([0, 'closed']);
  });

  it('is upgraded once: a second WebSocket for it is closed', async () => {
    const { url, conn, sid } = await polled(load);
    const [first, second] = [socketAt(url, `&sid=${sid}`), socketAt(url, `&sid=${sid}`)];
    const opens = [next(first, 'open'), next(second, 'open')];
    await Promise.race([next(first, 'close'), next(second, 'close')]);
    await Promise.all(opens);
    const open = [first, second].find((ws) => ws.readyState === WebSocket.OPEN) as WebSocket;
    const upgraded = next(conn, 'upgrade');
    open.send('2probe');
    expect(String((await next(open, 'message'))[0])).toBe('3probe');
    open.send('5');
    await upgraded;
    const late = socketAt(url, `&sid=${sid}`);
    late.on('error', () => {});
    await next(late, 'close');
    expect([conn.readyState, conn.upgraded]).toEqual(['open', true]);
    open.close();
  });

  it('answers the waiting poll with a noop during an upgrade', async () => {
    const { url, sid, at } = await polled(load);
    const poll = fetch(at);
    const ws = socketAt(url, `&sid=${sid}`);
    await next(ws, 'open');
    ws.send('2probe');
    expect(await (await poll).text()).toBe('6');
    ws.close();
  });

  it('refuses a second POST at the same time, and ends', async () => {
    const { port, conn, sid } = await polled(load);
    const { connect } = await import('node:net');
    const closed = next(conn, 'close');
    const half = connect(port, '127.0.0.1');
    half.on('error', () => {});
    const head = `POST /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n`;
    half.write(`${head}4`);
    const other = connect(port, '127.0.0.1');
    other.on('error', () => {});
    other.write(`${head}4`);
    expect((await closed)[0]).toBe('transport error');
    half.destroy();
    other.destroy();
  });
});
