import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { contract, listen, type Setup } from '@sio/conformance';
import { socketio, withSession } from '@sio/express';
import type { Express, Request } from 'express';
import session from 'express-session';
import { majors } from './support/kit.js';

declare module 'express-session' {
  interface SessionData {
    user?: string;
  }
}

type ExpressModule = (typeof majors)[number][1];

async function startServer(express: ExpressModule, { mounts, guard, session: wanted, bodyParsers, tls }: Setup) {
  const app = express();
  if (wanted) addSession(app);
  app.use((req, res, next) => {
    const verdict = guard?.(req.headers);
    if (verdict === undefined) next();
    else res.status(verdict.status).set(verdict.headers).send(verdict.body);
  });
  if (bodyParsers) app.use(express.json(), express.urlencoded({ extended: true }), express.text(), express.raw());
  const all = mounts.map(({ prefix, namespaces, options }) => {
    const mount = socketio(namespaces, options);
    app.use(prefix || '/', mount);
    return mount;
  });
  app.get('/hello', (_req, res) => void res.send('hello'));
  const httpServer = tls === undefined ? createServer(app) : createHttpsServer({ ...tls }, app);
  const close = async () => {
    await new Promise((resolve) => httpServer.close(resolve));
    await Promise.all(all.map(({ io }) => io.close()));
  };
  return { url: await listen(httpServer), httpServer, io: all[0]!.io, close };
}

function addSession(app: Express): void {
  app.use(session({ secret: 'a test', resave: true, saveUninitialized: true, rolling: true }));
  app.get('/login/:user', (req, res) => {
    req.session.user = req.params.user;
    res.end();
  });
  app.get('/logout', (req, res) => void req.session.destroy(() => res.end()));
  app.get('/whoami', (req, res) => void res.end(req.session.user ?? ''));
}

for (const [name, express] of majors) {
  contract<Request>((setup) => startServer(express, setup), {
    name,
    isRequest: (request: unknown) => typeof (request as Request).get === 'function' && 'app' in (request as Request),
    session: {
      read: (socket) => withSession(socket, ({ user }) => user),
      write: (socket, user) => withSession(socket, (stored) => Object.assign(stored, { user })),
    },
  });
}
