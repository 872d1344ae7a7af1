import type { Server as HttpServer } from 'node:http';
import { connected, listen, transports } from '@sio/test-kit';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { createServer as createVite, type ViteDevServer } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { greeting, originalSocketIo, plainNeighbour } from '../neighbours.js';
import { type ConnectMiddleware, Echo, type ServeApp } from './serve.js';

const orders = ['before', 'after'] as const;
type Order = (typeof orders)[number];

/** Somebody else on the HTTP server of an app. */
export interface Neighbour {
  /** Moves in. */
  attach(server: HttpServer): unknown;
  /** Uses it. @throws when it does not work */
  use(url: string): Promise<void>;
}

/** A WebSocket server at a path of its own. */
const ws: Neighbour = {
  attach: plainNeighbour,
  async use(url) {
    expect(await greeting(`${url.replace('http', 'ws')}/other`)).toBe('theirs');
  },
};

/** The original, at a path of its own. */
const original: Neighbour = {
  attach: originalSocketIo,
  async use(url) {
    for (const [, list] of transports) {
      const socket = await connected(url, { transports: [...list], path: '/original' });
      expect(await socket.emitWithAck('who')).toBe('original');
    }
  },
};

/**
 * One client of ours before the neighbour is used and one after, and the neighbour in between, in either order. The first
 * contact with the server is ours if the neighbour comes after.
 */
export async function liveBeside(
  server: HttpServer,
  neighbour: Neighbour,
  order: Order,
  options: Parameters<typeof connected>[1],
): Promise<void> {
  if (order === 'before') await neighbour.attach(server);
  const url = await listen(server);
  const first = await connected(url, options);
  if (order === 'after') await neighbour.attach(server);
  await neighbour.use(url);
  const second = await connected(url, options);
  expect(await Promise.all([first.emitWithAck('echo', 1), second.emitWithAck('echo', 2)])).toEqual([1, 2]);
}

/** Declares the tests of an app that shares its HTTP server with others. */
export function neighbourSuite(serveApp: ServeApp): void {
  const namespaces = { '/': Echo };
  const serve = async (prefix: '' | `/${string}`) => serveApp({ namespaces, prefix, trusting: false });

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };
    const places = orders.flatMap((order) => [[order, ''] as const, [order, '/api'] as const]);

    test.each(places)('shares the server with ws attached %s, mounted at "%s"', async (order, prefix) => {
      await liveBeside(await serve(prefix), ws, order, { ...options, path: `${prefix}/socket.io` });
    });

    test.each(orders)('shares the server with socket.io itself attached %s', async (order) => {
      await liveBeside(await serve(''), original, order, options);
    });

    test.each(orders)('shares the server with Vite, its reloading included, installed %s', async (order) => {
      let vite: ViteDevServer | undefined;
      const moveIn = async (httpServer: HttpServer) => {
        vite = await startVite(httpServer);
        return vite.middlewares;
      };
      const server = await serveApp({ namespaces, prefix: '', trusting: false, lodger: { order, moveIn } });
      await liveBeside(server, { attach() {}, use: (url) => useVite(vite!, url) }, 'before', options);
    });

    test.each(orders)('shares the server with http-proxy-middleware installed %s', async (order) => {
      const target = await listen(await serve(''));
      const settings = { target, ws: true, pathFilter: '/far', pathRewrite: { '^/far': '' } };
      const moveIn = async () => createProxyMiddleware(settings) as ConnectMiddleware;
      const server = await serveApp({ namespaces, prefix: '', trusting: false, lodger: { order, moveIn } });
      const use = async (url: string) => {
        // Its first request shows it its server; until then it does not proxy WebSockets.
        await fetch(`${url}/far/`);
        const far = await connected(url, { ...options, path: '/far/socket.io' });
        expect(await far.emitWithAck('echo', 'far')).toBe('far');
      };
      await liveBeside(server, { attach() {}, use }, 'before', options);
    });
  });
}

async function startVite(server: HttpServer): Promise<ViteDevServer> {
  const vite = await createVite({
    root: new URL('.', import.meta.url).pathname,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: { server } },
  });
  onTestFinished(() => vite.close());
  return vite;
}

/** Its script by HTTP, and what it reloads pages with. */
async function useVite(vite: ViteDevServer, url: string): Promise<void> {
  const hmr = `${url.replace('http', 'ws')}/?token=${vite.config.webSocketToken}`;
  expect(JSON.parse(await greeting(hmr, 'vite-hmr'))).toEqual({ type: 'connected' });
  expect((await fetch(`${url}/@vite/client`)).status).toBe(200);
}
