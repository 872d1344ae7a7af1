import { createServer } from 'node:http';
import type { RouteHandlers } from '@sio/core/mount';
import type { FrameworkName } from './frameworks.js';
import { type Listenable, listen } from './support/listen.js';
import { load } from './support/load.js';

interface RoutedApp {
  all(path: string, handler: unknown): unknown;
}

const BUILDERS: Readonly<Record<FrameworkName, (handlers: RouteHandlers, path: string) => unknown>> = {
  node: ({ node }) => createServer(node),
  express: ({ node }, path) => (load('express', 'express') as () => RoutedApp)().all(path, node),
  koa({ koa }) {
    const Koa = load('koa', 'koa') as new () => { use(handler: unknown): unknown };
    return new Koa().use(koa);
  },
  fastify: ({ fastify }, path) => (load('fastify', 'fastify') as () => RoutedApp)().all(path, fastify),
  hapi({ hapi }, path) {
    const { server } = load('hapi', '@hapi/hapi') as {
      server(options: object): { route(route: object): void };
    };
    const app = server({ port: 0, host: '127.0.0.1' });
    app.route({ method: '*', path, handler: hapi });
    return app;
  },
};

/**
 * Serves a route that takes every method, the way each framework's documentation shows, until the test is over. Plain Node and Koa
 * have no routes: there it is every path.
 *
 * @returns the URL of the server, without the path
 */
export function serveRoute(framework: FrameworkName, handlers: RouteHandlers, path = '/'): Promise<string> {
  return listen(BUILDERS[framework](handlers, path) as Listenable);
}
