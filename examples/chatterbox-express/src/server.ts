import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { claim, contentSecurityPolicy, MembersNamespace, page } from '@sio/example-chatterbox';
import { socketio } from '@sio/express';
import express, { type Request } from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    name?: string;
  }
}

class ChatNamespace extends MembersNamespace<Request> {
  protected override account() {
    return this.request.session.name;
  }
}

const app = express();
const chat = socketio({ '/chat': ChatNamespace });
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

app.disable('x-powered-by');
app.use((_request, response, next) => {
  response.set('Content-Security-Policy', contentSecurityPolicy);
  next();
});
app.use(express.static(page, { redirect: false }));
app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));

app.post('/login', express.urlencoded({ extended: false }), (request, response, next) => {
  const decision = claim(chat.io, request.body?.name, request.session.name);
  if ('refused' in decision) return void response.status(400).send(decision.refused);
  const before = request.sessionID;
  // A new id: knowing the visitor's old one makes no other browser the member.
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.name = decision.name;
    // The pages come back at once, and should do so with the new cookie.
    response.once('finish', () => chat.io.endSession(before));
    response.sendStatus(204);
  });
});

app.post('/logout', (request, response, next) => {
  const id = request.sessionID;
  request.session.destroy((error) => {
    if (error) return next(error);
    chat.io.endSession(id);
    response.sendStatus(204);
  });
});

app.use(chat);

const server = app.listen(Number(process.env.PORT ?? 3000), (error) => {
  if (error) throw error;
  console.log(`Chatterbox: http://localhost:${(server.address() as AddressInfo).port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await chat.io.close();
    server.close();
  });
}
