import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import { handle } from './handlers.mjs';

/** @typedef {import('../types.d.ts').StartServer} StartServer */
/** @typedef {import('../types.d.ts').ServerSettings} ServerSettings */

const CHANNELS = ['connection', 'disconnection', 'event', 'emit', 'ack', 'error', 'refusal'];

/** The settings of a run as options of sio. @param {ServerSettings} settings */
const optionsOf = ({ maxPayload, releaseRequest, deflate, recovery, options }) => ({
  serveClient: false,
  maxHttpBufferSize: maxPayload,
  releaseRequest,
  perMessageDeflate: deflate,
  ...(recovery ? { connectionStateRecovery: {} } : {}),
  ...options,
});

/** sio in the function style: the same application code as for socket.io. @param {any} core @returns {StartServer} */
const functions =
  ({ Server }) =>
  (http, settings) =>
    handle(new Server(http, optionsOf(settings)), settings.handlers);

/**
 * A class namespace of sio, mounted on a framework that has nothing else to do.
 * @param {import('@sio/test-kit/frameworks').FrameworkName} framework
 * @returns {() => Promise<StartServer>}
 */
const classes = (framework) => async () => {
  const { applicationFor } = await import('./application.mjs');
  const kit = await import('@sio/test-kit/frameworks');
  const adapter = await import(kit.adapterOf(framework));
  return async (_http, settings) => {
    const namespaces = { '/': applicationFor(settings.handlers) };
    const app = await kit.makeApp(framework, { namespaces, options: optionsOf(settings), tls: undefined }, adapter);
    await observe(app.io, settings);
    return app;
  };
};

/**
 * The observers that an application may have on its connections. Metrics and spans go to an SDK that keeps what it is told.
 * @param {any} io
 * @param {ServerSettings} settings
 */
async function observe(io, { watched, traced, observers }) {
  let seen = 0;
  const begun = [];
  if (observers === 'stopped' || observers === 'prometheus') {
    const { Metrics } = await import('@sio/prometheus');
    begun.push(new Metrics(io));
  }
  if (observers === 'stopped' || observers === 'opentelemetry') {
    const { Telemetry } = await import('@sio/opentelemetry');
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base');
    const providers = { meterProvider: new MeterProvider(), tracerProvider: new BasicTracerProvider() };
    begun.push(new Telemetry(io, providers));
  }
  if (observers === 'stopped') for (const observer of begun) observer.stop();
  if (watched) for (const name of CHANNELS) subscribe(`sio:${name}`, () => seen++);
  if (!traced) return;
  const trace = new AsyncLocalStorage();
  io.engine.use((/** @type {any} */ _req, /** @type {any} */ _res, /** @type {() => void} */ next) =>
    trace.run({}, next),
  );
}

/** @param {(maxPayload: number) => import('./minimal/engine.mjs').Accept} accepting @returns {Promise<StartServer>} */
async function floor(accepting) {
  const { Engine } = await import('./minimal/engine.mjs');
  return (http, settings) => new Engine(http, settings, accepting(settings.maxPayload));
}

/** The servers by name. Each loads only what it needs, and fails where that is missing. @type {Record<string, () => Promise<StartServer>>} */
export const servers = {
  /** With its default options: what the other servers are compared with. */
  async socketio() {
    const { Server } = await import('socket.io');
    return (http, { handlers, maxPayload, releaseRequest }) => {
      const io = new Server(http, { serveClient: false, maxHttpBufferSize: maxPayload });
      // The way its own documentation recommends for saving memory.
      if (releaseRequest) io.engine.on('connection', (/** @type {any} */ connection) => (connection.request = null));
      handle(io, handlers);
    };
  },

  /** About the least work that the protocols allow, with `ws` for receiving: see `minimal/engine.mjs`. */
  async floor() {
    const { acceptByWs, RawWebSocket } = await import('./minimal/ws-websocket.mjs');
    return floor(acceptByWs((ws, socket) => new RawWebSocket(ws, socket)));
  },

  /** The same with a frame reader of its own, without `ws`. */
  'floor-own': async () => floor((await import('./minimal/own-websocket.mjs')).acceptByHand),

  /** The first, sending with `ws.send`: the difference between the two is what owning the socket is worth. */
  async 'ws-naive'() {
    const { acceptByWs, sendingWebSocket } = await import('./minimal/ws-websocket.mjs');
    return floor(acceptByWs(sendingWebSocket));
  },

  sio: async () => functions(await import('@sio/core')),

  /** Another build of sio, to see what a change has done. */
  async 'sio-before'() {
    const { SIO_BEFORE } = process.env;
    if (!SIO_BEFORE) throw new Error('SIO_BEFORE has to name the index.js of another build of @sio/core');
    return functions(await import(pathToFileURL(SIO_BEFORE).href));
  },

  'sio-class': classes('node'),
  'sio-express': classes('express'),
  'sio-koa': classes('koa'),
  'sio-fastify': classes('fastify'),
  'sio-hapi': classes('hapi'),

  /** One of several servers on a Redis: see `cluster.mjs`. */
  async 'sio-redis'() {
    const [core, { cluster }] = await Promise.all([import('@sio/core'), import('@sio/cluster')]);
    const [{ redis }, { createClient }] = await Promise.all([import('@sio/cluster/redis'), import('redis')]);
    return (http, settings) => {
      const adapter = cluster(redis(createClient({ url: settings.redis })));
      return functions(core)(http, { ...settings, options: { adapter } });
    };
  },

  'floor-redis': async () => (await import('../lib/redis-floor.mjs')).onRedis(await servers['floor-own']()),

  async 'socketio-redis'() {
    const { createAdapter } = await import('@socket.io/redis-adapter');
    const [{ Server }, { createClient }] = await Promise.all([import('socket.io'), import('redis')]);
    return async (http, { handlers, redis: url }) => {
      const [pub, sub] = await Promise.all([createClient({ url }).connect(), createClient({ url }).connect()]);
      return handle(new Server(http, { adapter: createAdapter(pub, sub) }), handlers);
    };
  },
};
