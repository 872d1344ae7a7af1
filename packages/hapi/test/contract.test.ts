import { server as hapi, type Request, type Server } from '@hapi/hapi';
import { contract, type Setup } from '@sio/conformance';
import { socketio, withSession } from '@sio/hapi';
import { addSession, listen } from './support/kit.js';

async function startServer({ mounts, guard, session: wanted, bodyParsers, tls }: Setup) {
  const server = hapi({ port: 0, host: '127.0.0.1', ...(tls === undefined ? {} : { tls }) });
  if (wanted) await addRoutesWithSession(server);
  server.ext('onRequest', (request, h) => {
    const verdict = guard?.(request.raw.req.headers);
    if (verdict === undefined) return h.continue;
    const response = h.response(verdict.body).code(verdict.status);
    for (const [name, value] of Object.entries(verdict.headers)) response.header(name, value);
    return response.takeover();
  });
  // Hapi parses bodies by itself, for each route.
  if (bodyParsers) server.route({ method: 'POST', path: '/form', handler: ({ payload }) => JSON.stringify(payload) });
  const all = mounts.map(({ namespaces, options }) => socketio(namespaces, options));
  for (const [index, plugin] of all.entries()) {
    const { prefix } = mounts[index]!;
    await server.register(plugin, prefix === '' ? {} : { routes: { prefix } });
  }
  server.route({ method: 'GET', path: '/hello', handler: () => 'hello' });
  const url = await listen(server);
  return { url, httpServer: server.listener, io: all[0]!.io, close: () => server.stop({ timeout: 1000 }) };
}

async function addRoutesWithSession(server: Server): Promise<void> {
  await addSession(server);
  server.route([
    { method: 'GET', path: '/login/{user}', handler: ({ yar, params }) => yar.set('user', String(params.user)) },
    { method: 'GET', path: '/logout', handler: ({ yar }) => yar.reset() ?? '' },
    { method: 'GET', path: '/whoami', handler: ({ yar }) => yar.get('user') ?? '' },
  ]);
}

contract<Request>(startServer, {
  name: 'Hapi 21',
  isRequest: (request: unknown) => 'auth' in (request as Request) && 'raw' in (request as Request),
  session: {
    read: (socket) => withSession(socket, (yar) => yar.get('user') ?? undefined),
    write: (socket, user) => withSession(socket, (yar) => yar.set('user', user)),
  },
});
