import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import type { Certificate } from './support/certificate.js';
import { load } from './support/load.js';

/** The frameworks that a server can be mounted in; `node` is a plain `http.Server`. */
export const FRAMEWORKS = ['node', 'express', 'koa', 'fastify', 'hapi'] as const;
export type FrameworkName = (typeof FRAMEWORKS)[number];

/** An app on an HTTP server that does not listen yet. */
export interface App {
  readonly io: Server;
  readonly http: HttpServer;
  /** Ends the framework; the HTTP server and the Socket.IO server end apart from it. */
  readonly close?: () => unknown;
}

interface AppSettings {
  readonly namespaces: Namespaces | undefined;
  readonly options: ServerOptions;
  readonly tls: Certificate | undefined;
}

/** Everything that the adapters' `socketio` returns, as far as it is used here. */
interface Mount extends RequestListener {
  readonly io: Server;
}
interface Adapter {
  readonly Server: new (http: HttpServer, options: ServerOptions) => Server;
  socketio(
    namespaces: Namespaces,
    options: ServerOptions,
  ): Mount & { attach(http: HttpServer): { readonly io: Server } };
}

/** The package that mounts the core in a framework. */
export const adapterOf = (framework: FrameworkName): string => `@sio/${framework === 'node' ? 'core' : framework}`;

/**
 * Builds an app of one framework with Socket.IO at its root, the way its documentation shows.
 *
 * @param adapter What `adapterOf(framework)` exports. Programs outside of Vitest import it themselves: the adapters' own tests use this
 *   kit, so that it cannot depend on their packages.
 */
export async function makeApp(framework: FrameworkName, settings: AppSettings, adapter?: object): Promise<App> {
  const exported = adapter ?? (await import(/* @vite-ignore */ adapterOf(framework)));
  return BUILDERS[framework](exported as Adapter, settings);
}

type Build = (adapter: Adapter, settings: AppSettings) => App | Promise<App>;

const BUILDERS: Readonly<Record<FrameworkName, Build>> = {
  node({ Server, socketio }, { namespaces, options, tls }) {
    const http = httpServer(tls);
    const io = namespaces === undefined ? new Server(http, options) : socketio(namespaces, options).attach(http).io;
    return { io, http };
  },
  express({ socketio }, { namespaces = {}, options, tls }) {
    const express = load('express', 'express') as () => RequestListener & { use(mount: Mount): void };
    const app = express();
    const mount = socketio(namespaces, options);
    app.use(mount);
    return { io: mount.io, http: httpServer(tls, app) };
  },
  koa({ socketio }, { namespaces = {}, options, tls }) {
    const Koa = load('koa', 'koa') as new () => { use(mount: Mount): void; callback(): RequestListener };
    const app = new Koa();
    const mount = socketio(namespaces, options);
    app.use(mount);
    return { io: mount.io, http: httpServer(tls, app.callback()) };
  },
  async fastify({ socketio }, { namespaces = {}, options, tls }) {
    const fastify = load('fastify', 'fastify') as (options: object) => {
      readonly server: HttpServer;
      register(mount: Mount): PromiseLike<unknown>;
      ready(): PromiseLike<unknown>;
      close(): PromiseLike<unknown>;
    };
    const app = fastify(tls === undefined ? {} : { https: tls });
    const mount = socketio(namespaces, options);
    await app.register(mount);
    await app.ready();
    return { io: mount.io, http: app.server, close: () => app.close() };
  },
  async hapi({ socketio }, { namespaces = {}, options, tls }) {
    const { server } = load('hapi', '@hapi/hapi') as {
      server(options: object): {
        register(plugin: Mount): Promise<void>;
        start(): Promise<void>;
        stop(options: object): Promise<void>;
      };
    };
    const http = httpServer(tls);
    const app = server({ listener: http, autoListen: false, debug: false, tls: tls !== undefined });
    const plugin = socketio(namespaces, options);
    await app.register(plugin);
    await app.start();
    return { io: plugin.io, http, close: () => app.stop({ timeout: 100 }) };
  },
};

function httpServer(tls: Certificate | undefined, listener?: RequestListener): HttpServer {
  return tls === undefined ? createServer(listener) : (createHttpsServer({ ...tls }, listener) as HttpServer);
}
