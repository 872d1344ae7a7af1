import { contract, type Setup } from '@sio/conformance';
import { socketio, withSession } from '@sio/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addSession, listen, type Major, majors } from './support/kit.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

async function startServer(major: Major, { mounts, guard, session: wanted, bodyParsers, tls }: Setup) {
  const app = major.fastify({ https: tls ?? null }) as unknown as FastifyInstance;
  if (wanted) await addRoutesWithSession(app, major);
  app.addHook('onRequest', async (request, reply) => {
    const verdict = guard?.(request.headers);
    if (verdict !== undefined) return reply.code(verdict.status).headers(verdict.headers).send(verdict.body);
  });
  if (bodyParsers) {
    await app.register(major.load('formbody'));
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }
  const all = mounts.map(({ namespaces, options }) => socketio(namespaces, options));
  for (const [index, plugin] of all.entries()) await app.register(plugin, { prefix: mounts[index]!.prefix });
  app.get('/hello', () => 'hello');
  const url = await listen(app);
  return { url, httpServer: app.server, io: all[0]!.io, close: () => app.close() };
}

async function addRoutesWithSession(app: FastifyInstance, major: Major): Promise<void> {
  await addSession(app, major);
  app.get<{ Params: { user: string } }>('/login/:user', async ({ params, session }) => {
    session.user = params.user;
    return '';
  });
  app.get('/logout', async ({ session }) => {
    await session.destroy();
    return '';
  });
  app.get('/whoami', async ({ session }) => session.user ?? '');
}

for (const [name, major] of majors) {
  contract<FastifyRequest>((setup) => startServer(major, setup), {
    name,
    isRequest: (request: unknown) => 'routeOptions' in (request as FastifyRequest),
    session: {
      read: (socket) => withSession(socket, ({ user }) => user),
      write: (socket, user) => withSession(socket, (stored) => Object.assign(stored, { user })),
    },
  });
}
