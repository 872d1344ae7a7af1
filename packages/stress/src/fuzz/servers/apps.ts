import { createServer, type Server as HttpServer } from 'node:http';
import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { server as hapi } from '@hapi/hapi';
import yar from '@hapi/yar';
import { Namespace, socketio as onNode, type Server, type ServerOptions, type Socket } from '@sio/core';
import { socketio as onExpress } from '@sio/express';
import { socketio as onFastify } from '@sio/fastify';
import { socketio as onHapi } from '@sio/hapi';
import { socketio as onKoa } from '@sio/koa';
import express from 'express';
import expressSession from 'express-session';
import fastify from 'fastify';
import Koa from 'koa';
import koaSession from 'koa-session';

/** A server that does not listen yet. */
export interface App {
  readonly http: HttpServer;
  readonly io: Server;
  /** Ends all that it has begun. */
  close(): Promise<unknown>;
}

export type MakeApp = (options: ServerOptions) => App | Promise<App>;

/** A namespace of the class style. It keeps to the event's name: strangers call whatever they like. */
class Chat extends Namespace {
  onConnect(auth?: { readonly token?: unknown }) {
    return auth?.token !== 'wrong';
  }

  onSay(text: unknown) {
    this.broadcast.emit('said', text);
    return { said: true };
  }

  onUnhandled() {}
}

const SECRET = 'a secret that is at least 32 characters long';

/** Everybody is in one room, and may speak to it. */
function furnish(io: Server): Server {
  io.on('connection', (socket: Socket) => {
    void socket.join('everybody');
    socket.on('ask', (value: unknown, ack?: unknown) => {
      if (typeof ack === 'function') ack(value);
    });
    socket.on('say', (...args: unknown[]) => void socket.to('everybody').emit('said', ...args.slice(0, 1)));
  });
  return io;
}

const namespaces = { '/chat': Chat };

/** On plain Node, with what an app has to ask for: compression, CORS, a cookie. */
function plain(options: ServerOptions): App {
  const http = createServer((_req, res) => void res.writeHead(404).end());
  const { io } = onNode(namespaces, {
    ...options,
    perMessageDeflate: { threshold: 64 },
    httpCompression: { threshold: 64 },
    cors: { origin: true, credentials: true },
    cookie: true,
  }).attach(http);
  return { http, io: furnish(io), close: () => io.close() };
}

function onExpressWithSessions(options: object): App {
  const app = express().set('trust proxy', true).set('env', 'test');
  app.use(expressSession({ secret: SECRET, resave: true, saveUninitialized: true, rolling: true }));
  app.use(express.json(), express.urlencoded({ extended: true }), express.text());
  const mount = onExpress(namespaces, options);
  app.use(mount);
  const http = createServer(app);
  return { http, io: furnish(mount.io), close: () => closed(http, mount.io) };
}

function onKoaWithSessions(options: object): App {
  const app = new Koa({ proxy: true, keys: [SECRET] });
  const stored = new Map<string, unknown>();
  const store = {
    get: async (key: string) => stored.get(key),
    set: async (key: string, session: unknown) => void stored.set(key, session),
    destroy: async (key: string) => void stored.delete(key),
  };
  app.silent = true;
  app.use(koaSession({ store, rolling: true }, app));
  app.use((ctx, next) => {
    if (ctx.session !== null) ctx.session.visited = true;
    return next();
  });
  const mount = onKoa(namespaces, options);
  app.use(mount);
  const http = createServer(app.callback());
  return { http, io: furnish(mount.io), close: () => closed(http, mount.io) };
}

async function onFastifyWithSessions(options: object): Promise<App> {
  const app = fastify({ trustProxy: true });
  await app.register(cookie);
  await app.register(fastifySession, { secret: SECRET, cookie: { secure: false } });
  const plugin = onFastify(namespaces, options);
  await app.register(plugin);
  await app.ready();
  return { http: app.server, io: furnish(plugin.io), close: () => app.close() };
}

async function onHapiWithSessions(options: object): Promise<App> {
  const server = hapi({ autoListen: false, debug: false });
  const cookieOptions = { password: SECRET, isSecure: false, ignoreErrors: true };
  await server.register({ plugin: yar, options: { storeBlank: true, maxCookieSize: 0, cookieOptions } });
  const plugin = onHapi(namespaces, options);
  await server.register(plugin);
  await server.start();
  return { http: server.listener as HttpServer, io: furnish(plugin.io), close: () => stopped(server) };
}

async function stopped(server: ReturnType<typeof hapi>): Promise<void> {
  const { listener } = server;
  await server.stop({ timeout: 100 });
  if (listener.listening) await new Promise((resolve) => listener.close(resolve));
}

async function closed(http: HttpServer, io: Server): Promise<void> {
  await new Promise((resolve) => http.close(resolve));
  await io.close();
}

/** By name: what sits between TCP and a namespace. */
export const APPS = {
  'plain Node': plain,
  Express: onExpressWithSessions,
  Koa: onKoaWithSessions,
  Fastify: onFastifyWithSessions,
  Hapi: onHapiWithSessions,
} as const satisfies Record<string, MakeApp>;
