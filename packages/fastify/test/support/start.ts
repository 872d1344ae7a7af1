import cookie5 from '@fastify/cookie';
import cookie4 from '@fastify/cookie-9';
import form5 from '@fastify/formbody';
import form4 from '@fastify/formbody-7';
import session5 from '@fastify/session';
import session4 from '@fastify/session-10';
import type { FastifyPluginCallback } from 'fastify';
import fastify5, { type FastifyInstance } from 'fastify';
import fastify4 from 'fastify4';
import { onTestFinished } from 'vitest';

export * from '@sio/conformance/testing';

type Plugin = FastifyPluginCallback<Record<string, unknown>>;

/** A major with the plugins that go with it, under the types of the newer. */
export interface Major {
  readonly fastify: typeof fastify5;
  readonly cookie: Plugin;
  readonly session: Plugin;
  readonly form: Plugin;
}

const five = { fastify: fastify5, cookie: cookie5, session: session5, form: form5 } as unknown as Major;
const four = { fastify: fastify4, cookie: cookie4, session: session4, form: form4 } as unknown as Major;

export const majors = [
  ['Fastify 5', five],
  ['Fastify 4', four],
] as const;

export const SECRET = 'a secret that is at least 32 characters long';

/** Registers the usual session, kept in memory. */
export async function addSession(app: FastifyInstance, { cookie, session }: Major, options: object = {}) {
  await app.register(cookie);
  await app.register(session, { secret: SECRET, cookie: { secure: false }, ...options });
}

/** Serves an app until the test is over. */
export async function start(app: FastifyInstance): Promise<string> {
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}
