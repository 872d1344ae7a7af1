import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server, type ServerOptions } from '@sio/core';
import { listenOnPort } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import {
  type StartProxy,
  startApache,
  startCaddy,
  startHaproxy,
  startNginx,
  startTraefik,
} from '@sio/test-kit/programs';
import { type ServiceName, service, tool } from '@sio/test-kit/services';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startVite, startWebpack } from './support/dev-servers.js';

const here = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

/** Lines of a file in this folder in front of a port of this machine. @returns the URL to ask */
type Start = (upstream: number, file: string) => Promise<string>;

const site =
  (start: StartProxy): Start =>
  (upstream, file) =>
    start(upstream, here(file));

interface Proxy {
  readonly start: Start;
  readonly needs?: ServiceName;
  /** Whether it is there, where no service says it. */
  readonly isMissing?: () => boolean;
  /** The names that it answers to. */
  readonly names: readonly string[];
}

/** A browser says to `localhost` and over TLS that a page asks its own origin; to any other name over http it does not. */
const NAMES = ['localhost', 'chat.example'];
const LOCAL = ['localhost'];

const PROXIES: Readonly<Record<string, Proxy>> = {
  nginx: { start: site(startNginx), needs: 'nginx', names: NAMES },
  apache: { start: site(startApache), needs: 'apache2', names: NAMES },
  haproxy: { start: site(startHaproxy), needs: 'haproxy', names: NAMES },
  caddy: { start: site(startCaddy), needs: 'caddy', names: NAMES },
  traefik: {
    start: (upstream, file) => startTraefik(upstream, here(file), here('traefik/traefik.yml')),
    isMissing: () => tool('traefik') === undefined,
    names: ['chat.example'],
  },
  // Development servers answer to `localhost` only.
  vite: { start: startVite, names: LOCAL },
  webpack: { start: startWebpack, names: LOCAL },
};

/** Whether the server can know the page for its own when the first request is a WebSocket. */
const FILES: readonly (readonly [file: string, knowsWebSocket: boolean])[] = [
  ['nginx/site.conf', true],
  ['nginx/usual.conf', true],
  ['nginx/host-and-port.conf', true],
  ['nginx/without-host.conf', false],
  ['apache/site.conf', true],
  ['apache/wstunnel.conf', true],
  ['apache/without-host.conf', false],
  ['haproxy/haproxy.cfg', true],
  ['caddy/Caddyfile', true],
  ['traefik/chat.yml', true],
  ['vite/vite.config.ts', true],
  ['vite/change-origin.config.ts', true],
  ['webpack/webpack.config.mjs', true],
  ['webpack/change-origin.config.mjs', false],
];

describe.skipIf(chromiumPath === undefined)('the application’s own page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser('--host-resolver-rules=MAP chat.example 127.0.0.1');
  });
  afterAll(() => browser.close());

  for (const [file, knowsWebSocket] of FILES) {
    const [folder = ''] = file.split('/');
    const { start, needs, isMissing, names } = PROXIES[folder]!;
    const isSkipped = isMissing?.() === true || (needs !== undefined && service(needs) === undefined);
    describe.skipIf(isSkipped).each(names)(`behind ${file}, asked for at %s,`, (name) => {
      test('polls and upgrades', async () => {
        const { page, told } = await open(browser, name, (port) => start(port, file));
        expect(await talk(page, ['polling'])).toEqual(over('polling'));
        expect(await talk(page, ['polling', 'websocket'])).toEqual(over('websocket'));
        expect(told).toEqual([]);
      });

      test.runIf(knowsWebSocket)('opens a WebSocket at once', async () => {
        const { page, told } = await open(browser, name, (port) => start(port, file));
        expect(await talk(page, ['websocket'])).toEqual(over('websocket'));
        expect(told).toEqual([]);
      });

      test.skipIf(knowsWebSocket)('opens a WebSocket at once if allowedOrigins lists it', async () => {
        const strict = await open(browser, name, (port) => start(port, file));
        expect(await talk(strict.page, ['websocket'])).toEqual({ refused: 'websocket error' });
        const { origin } = new URL(strict.page.url());
        expect(strict.told).toEqual([expect.stringContaining(`a page of ${origin} was refused`)]);
        const allowedOrigins = [/^http:\/\/(localhost|chat\.example):\d+$/];
        const { page } = await open(browser, name, (port) => start(port, file), { allowedOrigins });
        expect(await talk(page, ['websocket'])).toEqual(over('websocket'));
      });
    });
  }
});

/** Opens the page of an app behind a proxy. */
async function open(
  browser: Browser,
  name: string,
  start: (upstream: number) => Promise<string>,
  options: ServerOptions = {},
) {
  const told: unknown[] = [];
  const nothing = () => {};
  const logger = { error: nothing, info: nothing, debug: nothing, warn: (what: unknown) => void told.push(what) };
  const http = createServer((_req, res) =>
    res.setHeader('Content-Type', 'text/html').end(here('test/page/index.html')),
  );
  const io = new Server(http, { logger, ...options });
  io.on('connection', (socket) => {
    socket.on('echo', (_word, answer: (heard: string) => void) => answer(socket.conn.transport.name));
  });
  onTestFinished(() => io.close());
  const url = new URL(await start(await listenOnPort(http)));
  url.hostname = name;
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(url.href);
  return { page, told };
}

interface Talk {
  /** The transport by which the server heard of it. */
  readonly heard?: string;
  readonly transport?: string;
  readonly refused?: string;
}

const over = (transport: string): Talk => ({ heard: transport, transport });

/** Connects in the page, waits for the last of the transports, and asks something over it. */
function talk(page: Page, transports: string[]): Promise<Talk> {
  return page.evaluate(
    (list) =>
      new Promise<Talk>((resolve) => {
        const socket = (globalThis as any).io({ transports: list, reconnection: false, forceNew: true });
        const settle = (outcome: Talk) => {
          resolve(outcome);
          socket.disconnect();
        };
        const ask = () => {
          const { engine } = socket.io;
          socket.emit('echo', 'hello', (heard: string) => settle({ heard, transport: engine.transport.name }));
        };
        socket.on('connect_error', (error: Error) => settle({ refused: error.message }));
        socket.on('connect', () => {
          if (socket.io.engine.transport.name === list.at(-1)) ask();
          else socket.io.engine.once('upgrade', ask);
        });
      }),
    transports,
  );
}
