import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer } from 'node:http';
import { Namespace, type ServerOptions } from '@sio/core';
import { socketio } from '@sio/express';
import { listen, startServer } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { visit } from '@sio/test-kit/examples';
import { startNginx, startNginxSite, startRoundRobin, type Upstream } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

type Options = Partial<ManagerOptions & SocketOptions>;
const POLLING: Options = { transports: ['polling'] };
const WEBSOCKET: Options = { transports: ['websocket'] };

class Chat extends Namespace {
  onSay(text: unknown) {
    return text;
  }
}

/** The official client of the newest version, with its own limits. */
function client(url: string, options: Options = {}): Socket {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

/** The status that a client is refused with. */
async function refusal(url: string, options: Options = {}): Promise<{ message: string; status: number | undefined }> {
  const socket = client(url, options);
  const error = await new Promise<any>((resolve, reject) => {
    socket.once('connect_error', resolve);
    socket.once('connect', () => reject(new Error('It has connected')));
  });
  return { message: error.message, status: error.context?.status };
}

/** The part of an answer to a poll that the network panel of a browser shows. */
async function answer(url: string, query = '', init: RequestInit = {}): Promise<string> {
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling${query}`, init);
  return `${response.status} ${await response.text()}`;
}

async function connects(url: string, options: Options = {}): Promise<Socket> {
  const socket = client(url, options);
  await new Promise((resolve, reject) => socket.once('connect', resolve as () => void).once('connect_error', reject));
  return socket;
}

/** The reason of the client's next `disconnect`. */
const disconnection = (socket: Socket): Promise<[reason: string, details: any]> =>
  new Promise((resolve) => socket.once('disconnect', (...args) => resolve(args as never)));

const start = (options: ServerOptions = {}) => startServer({ namespaces: { '/': Chat }, ...options });
const site = (file: string) => readFileSync(new URL(`../nginx/${file}`, import.meta.url), 'utf8');

/** nginx with the usual lines, and more of them or other ones. */
const nginx = (upstream: Upstream, change: (site: string) => string = (lines) => lines) =>
  startNginx(upstream, change(site('site.conf')));

/** The rows of the page, by what one sees: each shows the symptom, then applies the remedy. */
const HANDSHAKES: Readonly<Record<string, () => Promise<void>>> = {
  '404': async () => {
    const app = express();
    const chat = socketio({ '/': Chat });
    app.use('/api', chat);
    const url = await listen(app, chat);
    expect(await refusal(url, POLLING)).toMatchObject({ status: 404 });
    await connects(url, { ...POLLING, path: '/api/socket.io/' });
    const late = express();
    late.use((_req, res) => void res.sendStatus(404));
    const mount = socketio({ '/': Chat });
    late.use(mount);
    expect(await refusal(await listen(late, mount), POLLING)).toMatchObject({ status: 404 });
  },
  '400 `Session ID unknown`': async () => {
    const servers = [await start(), await start()];
    const url = await startRoundRobin(servers.map(({ port }) => port));
    expect(await refusal(url, POLLING)).toMatchObject({ status: 400 });
    const { sid } = JSON.parse((await answer(url)).slice('200 0'.length));
    expect(await answer(url, `&sid=${sid}`)).toMatch(/^400 .*Session ID unknown/);
    await connects(url, WEBSOCKET);
  },
  '400 `Transport unknown`': async () => {
    const { url } = await start({ transports: ['websocket'] });
    expect(await refusal(url)).toMatchObject({ status: 400 });
    expect(await answer(url)).toMatch(/^400 .*Transport unknown/);
    await connects(url, WEBSOCKET);
  },
  '400 `Unsupported protocol version`': async () => {
    const { url } = await start({ generations: ['eio3'] });
    expect(await refusal(url, POLLING)).toMatchObject({ status: 400 });
    expect(await answer(url)).toMatch(/^400 .*Unsupported protocol version/);
    await connects((await start({ generations: ['eio4', 'eio3'] })).url, POLLING);
  },
  '403 `This origin is not allowed to connect`': async () => {
    const page = { extraHeaders: { origin: 'https://page.example' } };
    const told: string[] = [];
    const ignore = () => {};
    const logger = {
      error: ignore,
      info: ignore,
      debug: ignore,
      warn: (text: unknown) => void told.push(String(text)),
    };
    const { url } = await start({ logger });
    expect(await refusal(url, { ...POLLING, ...page })).toMatchObject({ status: 403 });
    expect(await answer(url, '', { headers: page.extraHeaders })).toMatch(
      /^403 .*This origin is not allowed to connect/,
    );
    expect(told.join()).toContain('https://page.example');
    expect(told.join()).toContain(new URL(url).host);
    await connects((await start({ cors: { origin: 'https://page.example' } })).url, { ...POLLING, ...page });
    await connects((await start({ allowedOrigins: ['https://page.example'] })).url, { ...WEBSOCKET, ...page });
  },
  '403 `This server does not answer to this host`': async () => {
    const { url } = await start({ allowedHosts: ['chat.example'] });
    expect(await refusal(url, POLLING)).toMatchObject({ status: 403 });
    expect(await answer(url)).toMatch(/^403 .*This server does not answer to this host/);
    await connects((await start({ allowedHosts: ['chat.example', '127.0.0.1'] })).url, POLLING);
  },
  '413': async () => {
    const LARGE = 'x'.repeat(2_000_000);
    const send = async (url: string) => {
      const socket = await connects(url, POLLING);
      const lost = disconnection(socket);
      socket.emit('say', LARGE);
      expect((await lost)[1].context.status).toBe(413);
      const { sid } = JSON.parse((await answer(url)).slice('200 0'.length));
      return answer(url, `&sid=${sid}`, { method: 'POST', body: LARGE });
    };
    // The body of sio's answer is empty, that of nginx is a page.
    expect(await send((await start()).url)).toBe('413 ');
    const { port, url } = await start({ maxHttpBufferSize: 4_000_000 });
    expect(await send(await nginx(port))).toMatch(/^413 .*nginx/s);
    const raised = await nginx(port, (lines) => lines.replace('location', 'client_max_body_size 4m;\n  location'));
    for (const each of [url, raised]) {
      const socket = await connects(each, POLLING);
      expect(await socket.emitWithAck('say', LARGE)).toHaveLength(2_000_000);
    }
  },
  '429': async () => {
    const visit = async (trusts: boolean) => {
      const app = express();
      if (trusts) app.set('trust proxy', 1);
      const chat = socketio({ '/': Chat }, { maxConnectionsPerAddress: 1 });
      app.use(chat);
      const upstream = new URL(await listen(app, chat)).port;
      const url = await nginx(Number(upstream));
      await connects(url, WEBSOCKET);
      const agent = new Agent({ localAddress: '127.0.0.2' }) as unknown as string;
      return { url, other: { ...POLLING, agent } };
    };
    const strict = await visit(false);
    expect(await refusal(strict.url, strict.other)).toMatchObject({ status: 429 });
    const { url, other } = await visit(true);
    await connects(url, other);
  },
  '502 or 504': async () => {
    expect(await refusal(await nginx('/nothing/listens/here.sock'), POLLING)).toMatchObject({ status: 502 });
    const { port, url } = await start();
    const impatient = await nginx(port, (lines) => lines.replace('proxy_read_timeout 60s', 'proxy_read_timeout 1s'));
    const socket = await connects(impatient, POLLING);
    const [, details] = await disconnection(socket);
    expect(details.context.status).toBe(504);
    await connects(url, POLLING);
  },
  '503 with `Retry-After`': async () => {
    const { url, io: server } = await start();
    await server.drain({ deadline: 0 });
    expect(await refusal(url, POLLING)).toMatchObject({ status: 503 });
    expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).headers.get('retry-after')).toBe('5');
  },
  'CORS error in the console, but a WebSocket connects': async () => {
    const { page, url: origin } = await openPage();
    const credentials = { withCredentials: true };
    const strict = await start({ cors: { origin } });
    expect(await inPage(page, strict.url, { ...POLLING, ...credentials })).toBe('xhr poll error');
    expect(await inPage(page, strict.url, { ...WEBSOCKET, ...credentials })).toBe('connected');
    for (const options of [{ cors: { origin, credentials: true } }, { allowedOrigins: [origin] }]) {
      const { url } = await start(options);
      expect(await inPage(page, url, { ...POLLING, ...credentials })).toBe('connected');
    }
  },
  '`Mixed Content` in the console': async () => {
    const { url, http } = await startServer({ namespaces: { '/': Chat }, tls: true });
    http.prependListener('request', (req, res) => {
      if (req.url === '/') res.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,">');
    });
    const { page, problems } = await visit(browser, withName(url), { ignoreHTTPSErrors: true });
    await page.addScriptTag({ url: '/socket.io/socket.io.js' });
    const plain = await start();
    expect(await inPage(page, withName(plain.url), POLLING)).toBe('xhr poll error');
    expect(problems.join()).toContain('Mixed Content');
    expect(await inPage(page, undefined, POLLING)).toBe('connected');
  },
  'The session is empty, the cookie is missing': async () => {
    const { page, url: origin } = await openPage();
    const { url: address, io: server, http } = await start({ cors: { origin, credentials: true } });
    http.prependListener('request', (req, res) => {
      if (req.url !== '/login') return;
      res.writeHead(204, {
        'set-cookie': 'user=ann; Path=/; HttpOnly',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
      res.end();
    });
    const url = address.replace('127.0.0.1', 'localhost');
    await page.evaluate((login) => fetch(login, { credentials: 'include' }).then(() => {}), `${url}/login`);
    const cookies: unknown[] = [];
    server.on('connection', ({ handshake }) => void cookies.push(handshake.headers.cookie));
    for (const withCredentials of [false, true])
      expect(await inPage(page, url, { ...POLLING, withCredentials })).toBe('connected');
    expect(cookies).toEqual([undefined, 'user=ann']);
  },
  'Nothing for 45 s, then the connection closes': async () => {
    const { url, io: server } = await start({ connectTimeout: 200 });
    server.use(() => {});
    const socket = client(url, WEBSOCKET);
    const refused: unknown[] = [];
    socket.on('connect_error', (error) => void refused.push(error));
    await new Promise<void>((resolve) => socket.io.once('open', resolve));
    expect(server.sockets.sockets.size).toBe(0);
    expect(await new Promise((resolve) => socket.io.once('close', resolve))).toBe('transport close');
    expect(refused).toEqual([]);
  },
  '`Invalid namespace`': async () => {
    const { url } = await start();
    expect((await refusal(`${url}/chat`, WEBSOCKET)).message).toBe('Invalid namespace');
    await connects(`${(await start({ namespaces: { '/chat': Chat } } as ServerOptions)).url}/chat`, WEBSOCKET);
  },
};

const LATER: Readonly<Record<string, () => Promise<void>>> = {
  'It stays on polling': async () => {
    const { port } = await start();
    const open = (lines: string) => startNginxSite((free) => lines.replaceAll('FREE', String(free)));
    const without = await open(`server { listen 127.0.0.1:FREE; location / { proxy_pass http://127.0.0.1:${port}; } }`);
    const socket = client(without);
    const failed = once(socket.io.engine as never, 'upgradeError');
    await once(socket as never, 'connect');
    await failed;
    expect(socket.io.engine.transport.name).toBe('polling');
    const good = await connects(await nginx(port));
    const { engine } = good.io;
    if (engine.transport.name !== 'websocket') await new Promise((resolve) => engine.once('upgrade', resolve));
    expect(engine.transport.name).toBe('websocket');
  },
  '`transport close` after 60 s, or another round number': async () => {
    const { port } = await start();
    const impatient = await nginx(port, (lines) => lines.replace('proxy_read_timeout 60s', 'proxy_read_timeout 1s'));
    const lost = disconnection(await connects(impatient, WEBSOCKET));
    expect((await lost)[0]).toBe('transport close');
  },
  '`parse error`': async () => {
    const { url, io: server } = await start();
    const lost = new Promise<unknown[]>((resolve) =>
      server.on('connection', (socket) => socket.once('disconnect', (...args) => resolve(args))),
    );
    await connects(url, WEBSOCKET).then((socket) => (socket.io.engine.transport as any).ws.send('not a packet'));
    const [reason, , details] = await lost;
    expect(reason).toBe('parse error');
    expect(details).toMatchObject({ code: expect.any(String) });
  },
  '`io server disconnect`': async () => {
    const { url, io: server } = await start();
    const socket = await connects(url, { ...WEBSOCKET, reconnection: true });
    const lost = disconnection(socket);
    server.disconnectSockets();
    expect((await lost)[0]).toBe('io server disconnect');
    expect(socket.active).toBe(false);
    socket.connect();
    await once(socket as never, 'connect');
  },
  'Each event arrives twice': async () => {
    const { url, io: server } = await start();
    const socket = client(url, { ...WEBSOCKET, reconnection: true });
    let heard = 0;
    socket.on('connect', () => void socket.on('news', () => (heard += 1)));
    await once(socket as never, 'connect');
    socket.io.engine.close();
    await once(socket as never, 'connect');
    expect(socket.listeners('news')).toHaveLength(2);
    server.emit('news');
    expect(await socket.emitWithAck('say', 'after the news')).toBe('after the news');
    expect(heard).toBe(2);
  },
  'Nothing arrives in a room': async () => {
    const { url, io: server } = await startServer({ namespaces: { '/': Chat, '/chat': Chat } });
    const main = await connects(url, WEBSOCKET);
    const chat = await connects(`${url}/chat`, WEBSOCKET);
    server.sockets.sockets.get(main.id as never)!.join('room');
    expect(await server.of('/chat').in('room').fetchSockets()).toEqual([]);
    const [member] = await server.of('/chat').fetchSockets();
    member!.join('room');
    const heard = once(chat as never, 'news');
    server.of('/chat').to('room').emit('news', 1);
    expect(await heard).toEqual([1]);
  },
  'An acknowledgement never comes': async () => {
    const { url, io: server } = await start();
    server.on('connection', (socket) => {
      socket.on('forgetful', () => {});
      socket.on('answering', (answer: (text: string) => void) => answer('yes'));
    });
    const socket = await connects(url, WEBSOCKET);
    await expect(socket.timeout(200).emitWithAck('forgetful')).rejects.toThrow('operation has timed out');
    expect(await socket.timeout(30_000).emitWithAck('answering')).toBe('yes');
    expect(await socket.timeout(30_000).emitWithAck('say', 'returned')).toBe('returned');
  },
};

/** Rows that a test of their own shows, or that take as long as a client waits. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '`timeout`, after 20 s': 'the client’s own limit',
  'Nothing at all, in React': 'examples/frontends/test/frontends.test.ts',
  '`ping timeout`': 'packages/core/test/life/details.test.ts',
  'Nothing arrives from another server': 'examples/tutorial/test/steps.test.ts',
  'Everything works here, and nothing with another server': 'the other server',
};

it('a test shows every symptom of the page', () => {
  const text = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');
  const tables = text.slice(text.indexOf('## At the handshake'), text.indexOf('## By `details.code`'));
  const rows = [...tables.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell).filter((cell) => cell !== 'You see');
  const shown = [HANDSHAKES, LATER, ELSEWHERE].flatMap((table) => Object.keys(table));
  expect(rows.sort()).toEqual(shown.sort());
});

let browser: Browser;

/** Opens an empty page of another origin than the servers have, with the client in it. */
async function openPage() {
  const blank = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,">');
  });
  const url = (await listen(blank)).replace('127.0.0.1', 'localhost');
  const { page } = await visit(browser, url);
  await page.addScriptTag({ url: `${(await start()).url}/socket.io/socket.io.js` });
  return { page, url };
}

/** A name that browsers do not take for this machine. */
const withName = (url: string) => url.replace('127.0.0.1', 'chat.example');

/** Connects in the page, and leaves. @returns `connected`, or the message of `connect_error` */
function inPage(page: Page, url: string | undefined, options: Options): Promise<string> {
  return page.evaluate(
    ([to, given]) =>
      new Promise<string>((resolve) => {
        const socket = (globalThis as any).io(to, { ...given, forceNew: true, reconnection: false });
        socket.once('connect_error', (error: Error) => resolve(error.message));
        socket.once('connect', () => {
          socket.disconnect();
          resolve('connected');
        });
      }),
    [url, options] as const,
  );
}

describe.skipIf(!service('nginx') || !chromiumPath)(
  'each cause on the page of symptoms shows, and its remedy ends,',
  () => {
    beforeAll(async () => {
      browser = await launchBrowser('--host-resolver-rules=MAP chat.example 127.0.0.1');
    });
    afterAll(() => browser.close());

    it.each(Object.entries({ ...HANDSHAKES, ...LATER }))('%s', (_symptom, play) => play());
  },
);
