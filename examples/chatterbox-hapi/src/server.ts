import { randomBytes } from 'node:crypto';
import { server as hapi, type Request } from '@hapi/hapi';
import inert from '@hapi/inert';
import yar from '@hapi/yar';
import { claim, contentSecurityPolicy, MembersNamespace, page } from '@sio/example-chatterbox';
import { socketio } from '@sio/hapi';

declare module '@hapi/yar' {
  interface YarValues {
    name: string;
  }
}

class ChatNamespace extends MembersNamespace<Request> {
  protected override account() {
    return this.request.yar.get('name') ?? undefined;
  }
}

const server = hapi({ port: Number(process.env.PORT ?? 3000) });
const chat = socketio({ '/chat': ChatNamespace });
const password = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

server.ext('onPreResponse', ({ response }, h) => {
  if ('header' in response) response.header('Content-Security-Policy', contentSecurityPolicy);
  return h.continue;
});
await server.register(inert);
await server.register({
  plugin: yar,
  // In the cache and not in the cookie, which no socket can change; by plain HTTP too.
  options: { maxCookieSize: 0, storeBlank: false, cookieOptions: { password, isSecure: false } },
});
await server.register(chat);

server.route({ method: 'GET', path: '/{file*}', handler: { directory: { path: page } } });

server.route({
  method: 'POST',
  path: '/login',
  handler({ yar: session, payload, raw }, h) {
    const { name } = payload as { name?: unknown };
    const decision = claim(chat.io, name, session.get('name') ?? undefined);
    if ('refused' in decision) return h.response(decision.refused).code(400);
    const before = session.id;
    // A new id: knowing the visitor's old one makes no other browser the member.
    session.reset();
    session.set('name', decision.name);
    // The pages come back at once, and should do so with the new cookie.
    raw.res.once('finish', () => chat.io.endSession(before));
    return h.response().code(204);
  },
});

server.route({
  method: 'POST',
  path: '/logout',
  handler({ yar: session, raw }, h) {
    const { id } = session;
    session.reset();
    raw.res.once('finish', () => chat.io.endSession(id));
    return h.response().code(204);
  },
});

await server.start();
console.log(`Chatterbox: http://localhost:${server.info.port}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop());
