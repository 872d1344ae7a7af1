import { once } from 'node:events';
import compression from 'compression';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Namespace, socketio } from '../src/index.js';
import { connected, majors, refused, start, transports } from './support/start.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onCaller() {
    return (this.request as Request & { caller?: string }).caller;
  }
}

describe.each(majors)('%s', (_name, express) => {
  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('asks the guards in front of the mount, whose refusal is what the client gets', async () => {
      const app = express();
      app.use((req: Request & { caller?: string }, res: Response, next: NextFunction) => {
        if (req.get('Authorization') !== 'Bearer ada') return void res.status(401).send('who are you?');
        req.caller = 'ada';
        next();
      });
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const url = await start(app, mount);
      const error = await refused(url, options);
      if (list[0] === 'polling') expect(error.description).toBe(401);
      else expect((error.description as { message: string }).message).toContain('401');
      expect(await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).toBe('who are you?');
      const socket = await connected(url, { ...options, extraHeaders: { authorization: 'Bearer ada' } });
      expect(await socket.emitWithAck('caller')).toBe('ada');
    });

    test('gets along with helmet, and has its headers on every answer', async () => {
      const app = express();
      app.use(helmet());
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await start(app, mount), options);
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('gets along with response compression', async () => {
      const app = express();
      app.use(compression({ threshold: 0 }));
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await start(app, mount), options);
      const long = 'compress me '.repeat(10_000);
      expect(await socket.emitWithAck('echo', long)).toBe(long);
    });

    test.each([
      ['json', () => [express.json()]],
      ['urlencoded', () => [express.urlencoded({ extended: true })]],
      ['text', () => [express.text()]],
      ['text of every type', () => [express.text({ type: '*/*' })]],
      ['raw', () => [express.raw()]],
      ['raw of every type', () => [express.raw({ type: '*/*' })]],
      ['all together', () => [express.json(), express.urlencoded({ extended: false }), express.text(), express.raw()]],
    ])('takes its requests from body parsers: %s', async (_parser, parsers) => {
      const app = express();
      app.use(...parsers());
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await start(app, mount), options);
      expect(await socket.emitWithAck('echo', 'häl"lo\u2028')).toBe('häl"lo\u2028');
      expect(await socket.emitWithAck('echo', Buffer.from([0, 255, 13, 10]))).toEqual(Buffer.from([0, 255, 13, 10]));
      const big = 'x'.repeat(90_000);
      expect(await socket.emitWithAck('echo', big)).toBe(big);
    });
  });

  test('logs one finished request for a WebSocket, with status 101', async () => {
    const lines: string[] = [];
    const app = express();
    app.use((req, res, next) => {
      res.on('finish', () => lines.push(`${req.method} ${res.statusCode} finish`));
      res.on('close', () => lines.push(`${req.method} ${res.statusCode} close`));
      next();
    });
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await start(app, mount);
    const socket = await connected(url, { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    expect(lines).toEqual(['GET 101 finish', 'GET 101 close']);
  });

  test('logs the protocol’s own refusals', async () => {
    const statuses: number[] = [];
    const app = express();
    app.use((_req, res, next) => {
      res.on('finish', () => statuses.push(res.statusCode));
      next();
    });
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await start(app, mount);
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=carrier-pigeon`)).status).toBe(400);
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=nobody`)).status).toBe(400);
    await expect.poll(() => statuses).toEqual([400, 400]);
  });

  test('sends helmet’s headers with handshakes, polls and the 101', async () => {
    const app = express();
    app.use(helmet());
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await start(app, mount);
    const handshake = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await handshake.text()).slice(1));
    const poll = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const sent = await fetch(poll, { method: 'POST', body: '40' });
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    onTestFinished(() => ws.terminate());
    const [response] = await once(ws, 'upgrade');
    const headers = [handshake, sent, await fetch(poll)].map(({ headers }) => headers.get('x-frame-options'));
    expect([...headers, response.headers['x-frame-options']]).toEqual(Array(4).fill('SAMEORIGIN'));
  });

  test('redirects WebSocket clients where a guard redirects', async () => {
    const app = express();
    app.use((_req, res) => res.redirect('/login'));
    const url = await start(app);
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    ws.on('error', () => {});
    onTestFinished(() => ws.terminate());
    const [, response] = await once(ws, 'unexpected-response');
    expect([response.statusCode, response.headers.location]).toEqual([302, '/login']);
  });

  test('answers what a guard’s error handler answers', async () => {
    const app = express();
    app.use((_req, _res, next) => next(new Error('the database is down')));
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const asked = (_error: Error, _req: Request, res: Response, _next: NextFunction) =>
      void res.status(503).send('later');
    app.use(asked);
    const url = await start(app, mount);
    expect((await refused(url, { transports: ['polling'] })).description).toBe(503);
    const error = await refused(url, { transports: ['websocket'] });
    expect((error.description as { message: string }).message).toContain('503');
  });

  test('holds messages to its own limit, not to that of a body parser', async () => {
    const app = express();
    app.use(express.text({ limit: 100, type: '*/*' }));
    const mount = socketio({ '/': Echo }, { maxHttpBufferSize: 10_000 });
    app.use('/api', mount);
    app.post('/text', (req, res) => void res.send(req.body));
    const url = await start(app, mount);
    const handshake = await fetch(`${url}/api/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse((await handshake.text()).slice(1));
    const poll = `${url}/api/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const message = `42["echo","${'x'.repeat(9_000)}"]`;
    expect((await fetch(poll, { method: 'POST', body: '40' })).status).toBe(200);
    expect((await fetch(poll, { method: 'POST', body: message })).status).toBe(200);
    expect((await fetch(poll, { method: 'POST', body: '4'.repeat(10_001) })).status).toBe(413);
    expect(await (await fetch(`${url}/text`, { method: 'POST', body: 'short' })).text()).toBe('short');
    expect((await fetch(`${url}/text`, { method: 'POST', body: 'x'.repeat(101) })).status).toBe(413);
  });
});
