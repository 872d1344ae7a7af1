import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import session from '@fastify/session';
import files from '@fastify/static';
import { claim, contentSecurityPolicy, MembersNamespace, page } from '@sio/example-chatterbox';
import { socketio } from '@sio/fastify';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface Session {
    name?: string;
  }
}

class ChatNamespace extends MembersNamespace<FastifyRequest> {
  protected override account() {
    return this.request.session.name;
  }
}

const app = fastify();
const chat = socketio({ '/chat': ChatNamespace });
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

app.addHook('onRequest', async (_request, reply) => {
  reply.header('Content-Security-Policy', contentSecurityPolicy);
});
await app.register(files, { root: page });
await app.register(formbody);
await app.register(cookie);
// By plain HTTP too.
await app.register(session, { secret, saveUninitialized: false, cookie: { secure: false, sameSite: 'lax' } });
await app.register(chat);

app.post('/login', async (request, reply) => {
  const { name } = (request.body ?? {}) as { name?: unknown };
  const decision = claim(chat.io, name, request.session.name);
  if ('refused' in decision) return reply.code(400).send(decision.refused);
  endAfterwards(request, reply);
  // A new id: knowing the visitor's old one makes no other browser the member.
  await request.session.regenerate();
  request.session.name = decision.name;
  return reply.code(204).send();
});

app.post('/logout', async (request, reply) => {
  endAfterwards(request, reply);
  await request.session.destroy();
  return reply.code(204).send();
});

/** Closes the session's sockets when the answer is out: the pages come back at once, and should do so with the new cookie. */
function endAfterwards(request: FastifyRequest, reply: FastifyReply): void {
  const { sessionId } = request.session;
  reply.raw.once('finish', () => chat.io.endSession(sessionId));
}

await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`Chatterbox: http://localhost:${(app.server.address() as AddressInfo).port}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
