import { once } from 'node:events';
import compression from 'compression';
import cors from 'cors';
import type { NextFunction, Request, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import morgan from 'morgan';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, refused, transports } from './support/kit.js';

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

    test('runs the guards in front of the mount, and sends their refusal to the client', async () => {
      const app = express();
      app.use((req: Request & { caller?: string }, res: Response, next: NextFunction) => {
        if (req.get('Authorization') !== 'Bearer ada') return void res.status(401).send('who are you?');
        req.caller = 'ada';
        next();
      });
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const url = await listen(app, mount);
      const error = await refused(url, options);
      if (list[0] === 'polling') expect(error.description).toBe(401);
      else expect((error.description as { message: string }).message).toContain('401');
      expect(await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).toBe('who are you?');
      const socket = await connected(url, { ...options, extraHeaders: { authorization: 'Bearer ada' } });
      expect(await socket.emitWithAck('caller')).toBe('ada');
    });

    test('works with helmet, and sends its headers with every response', async () => {
      const app = express();
      app.use(helmet());
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await listen(app, mount), options);
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('works with response compression', async () => {
      const app = express();
      app.use(compression({ threshold: 0 }));
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await listen(app, mount), options);
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
    ])('keeps body parsers from reading its requests: %s', async (_parser, parsers) => {
      const app = express();
      app.use(...parsers());
      const mount = socketio({ '/': Echo });
      app.use(mount);
      const socket = await connected(await listen(app, mount), options);
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
    const url = await listen(app, mount);
    const socket = await connected(url, { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    expect(lines).toEqual(['GET 101 finish', 'GET 101 close']);
  });

  test('logs refusals of the protocol', async () => {
    const statuses: number[] = [];
    const app = express();
    app.use((_req, res, next) => {
      res.on('finish', () => statuses.push(res.statusCode));
      next();
    });
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await listen(app, mount);
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=carrier-pigeon`)).status).toBe(400);
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=unknown`)).status).toBe(400);
    await expect.poll(() => statuses).toEqual([400, 400]);
  });

  test('sends helmet’s headers with handshakes, polls and the 101', async () => {
    const app = express();
    app.use(helmet());
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await listen(app, mount);
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
    const url = await listen(app);
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    ws.on('error', () => {});
    onTestFinished(() => ws.terminate());
    const [, response] = await once(ws, 'unexpected-response');
    expect([response.statusCode, response.headers.location]).toEqual([302, '/login']);
  });

  test('sends the response of a guard’s error handler', async () => {
    const app = express();
    app.use((_req, _res, next) => next(new Error('the database is down')));
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const asked = (_error: Error, _req: Request, res: Response, _next: NextFunction) =>
      void res.status(503).send('later');
    app.use(asked);
    const url = await listen(app, mount);
    expect((await refused(url, { transports: ['polling'] })).description).toBe(503);
    const error = await refused(url, { transports: ['websocket'] });
    expect((error.description as { message: string }).message).toContain('503');
  });

  test('limits messages by its own option, not by that of a body parser', async () => {
    const app = express();
    app.use(express.text({ limit: 100, type: '*/*' }));
    const mount = socketio({ '/': Echo }, { maxHttpBufferSize: 10_000 });
    app.use('/api', mount);
    app.post('/text', (req, res) => void res.send(req.body));
    const url = await listen(app, mount);
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

  test('writes one line to morgan’s log for a WebSocket, with status 101', async () => {
    const lines: string[] = [];
    const app = express();
    app.use(morgan(':method :status', { stream: { write: (line) => lines.push(line.trim()) } }));
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const socket = await connected(await listen(app, mount), { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    expect(lines).toEqual(['GET 101']);
  });

  test.each(transports.slice(0, 2))('reports over %s that a rate limit is reached', async (_transport, list) => {
    const app = express();
    app.use(rateLimit({ windowMs: 60_000, limit: 1, message: 'slow down' }));
    app.get('/', (_req, res) => void res.send('hello'));
    const mount = socketio({ '/': Echo });
    app.use(mount);
    const url = await listen(app, mount);
    await fetch(url);
    const { description } = await refused(url, { transports: [...list] });
    expect(typeof description === 'number' ? `${description}` : description?.message).toContain('429');
    expect(await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).toBe('slow down');
  });

  test.each(transports)('runs the guards of the routers around it, over %s', async (_transport, list) => {
    const app = express();
    const mount = socketio({ '/': Echo });
    const asked: string[] = [];
    const guard =
      (name: string, allows: (req: Request) => boolean) => (req: Request, res: Response, next: NextFunction) => {
        asked.push(name);
        if (allows(req)) next();
        else res.status(403).send(name);
      };
    const inner = express.Router({ mergeParams: true });
    inner.use(
      guard('inner', (req) => req.params.tenant === 'acme'),
      mount,
    );
    const outer = express.Router();
    outer.use(
      '/:tenant',
      guard('outer', (req) => req.params.tenant !== 'evil'),
      inner,
    );
    app.use('/t', outer);
    const url = await listen(app, mount);
    const transports = [...list];
    const socket = await connected(url, { transports, path: '/t/acme/socket.io' });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
    expect(asked.slice(0, 2)).toEqual(['outer', 'inner']);
    for (const tenant of ['evil', 'other']) await refused(url, { transports, path: `/t/${tenant}/socket.io` });
    expect(await (await fetch(`${url}/t/evil/socket.io/?EIO=4&transport=polling`)).text()).toBe('outer');
  });

  describe('CORS', () => {
    const headers = { origin: 'https://page.example' };
    const corsHeaders = (answer: globalThis.Response) =>
      [...answer.headers].filter(([name]) => name.startsWith('access-control-'));

    test.each([
      ['the cors package’s where that is in front', true, false],
      ['ours with the option cors', false, true],
      ['the cors package’s alone where both are', true, true],
    ])('is %s, each header once', async (_whose, inFront, option) => {
      const app = express();
      if (inFront) app.use(cors({ origin: 'https://page.example', credentials: true }));
      const exposedHeaders = inFront ? ['X-Ours'] : [];
      const ours = { cors: { origin: 'https://page.example', credentials: true, exposedHeaders } };
      const mount = socketio({ '/': Echo }, option ? ours : { allowedOrigins: 'https://page.example' });
      app.use(mount);
      const url = `${await listen(app, mount)}/socket.io/?EIO=4&transport=polling`;
      const expected = [
        ['access-control-allow-credentials', 'true'],
        ['access-control-allow-origin', 'https://page.example'],
      ];
      const handshake = await fetch(url, { headers });
      expect(corsHeaders(handshake)).toEqual(expected);
      const { sid } = JSON.parse((await handshake.text()).slice(1));
      const posted = await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40', headers });
      expect(corsHeaders(posted)).toEqual(expected);
      const asked = { ...headers, 'access-control-request-method': 'POST' };
      const preflight = await fetch(url, { method: 'OPTIONS', headers: asked });
      expect(preflight.status).toBe(204);
      expect(corsHeaders(preflight).filter(([name]) => !name?.endsWith('methods'))).toEqual(expected);
    });
  });
});
