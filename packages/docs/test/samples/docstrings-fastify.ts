import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { Namespace, socketio, withSession } from '@sio/fastify';
import fastify from 'fastify';

declare module 'fastify' {
  interface Session {
    visits?: number;
  }
}

class ChatNamespace extends Namespace {
  async onVisit() {
    // #region
    const visits = await withSession(this, (session) => {
      session.visits = (session.visits ?? 0) + 1;
      return session.visits;
    });
    // #endregion
    return visits;
  }
}

const app = fastify();
await app.register(cookie);
await app.register(session, { secret: 'a secret that has more than 32 characters', cookie: { secure: false } });
// #region
await app.register(socketio({ '/chat': ChatNamespace }), { prefix: '/api' });
app.io.emit('hello');
// #endregion
await app.listen({ port: 3000 });
