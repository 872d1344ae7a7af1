import { createRequire } from 'node:module';
import type {} from '@fastify/session';
import fastify5, { type FastifyInstance, type FastifyPluginCallback } from 'fastify';
import fastify4 from 'fastify4';

export * from '@sio/conformance/testing';

type Plugin = FastifyPluginCallback<Record<string, unknown>>;

/** Plugins by the last part of their name, with the version that is for Fastify 4. */
const forFastify4 = {
  compress: 7,
  cookie: 9,
  cors: 9,
  formbody: 7,
  helmet: 11,
  'http-proxy': 9,
  jwt: 8,
  middie: 8,
  multipart: 8,
  passport: 2,
  'rate-limit': 9,
  'secure-session': 7,
  session: 10,
  static: 7,
  websocket: 10,
} as const;

type PluginName = keyof typeof forFastify4;

/** A major under the types of the newer. */
export interface Major {
  readonly fastify: typeof fastify5;
  /** The `@fastify/…` plugin that goes with it. Without its types: several of them declare the same names differently. */
  load(name: PluginName): Plugin & { default: never };
}

const require = createRequire(import.meta.url);

export const majors: [string, Major][] = [
  ['Fastify 5', { fastify: fastify5, load: (name) => require(`@fastify/${name}`) }],
  [
    'Fastify 4',
    {
      fastify: fastify4 as unknown as typeof fastify5,
      load: (name) => require(`@fastify/${name}-${forFastify4[name]}`),
    },
  ],
];

export const SECRET = 'a secret that is at least 32 characters long';

/** Registers the usual session, kept in memory. */
export async function addSession(app: FastifyInstance, { load }: Major, options: object = {}): Promise<void> {
  await app.register(load('cookie'));
  await app.register(load('session'), { secret: SECRET, cookie: { secure: false }, ...options });
}
