import { randomBytes } from 'node:crypto';
import { ConnectionRefused, Namespace, socketio } from '@sio/express';
import express, { type RequestHandler } from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    user?: string;
  }
}

class Inbox extends Namespace<{ mail: (from: string, text: string) => void; read: (id: number) => void }> {
  get user() {
    return this.request.session.user ?? '';
  }

  async onConnect() {
    if (this.user === '') throw new ConnectionRefused('Log in first');
    await this.join(`user:${this.user}`);
  }

  /** To all tabs and devices of another user. */
  onMail(to: string, text: string) {
    this.nsp.to(`user:${to}`).emit('mail', this.user, text);
  }

  /** To the other tabs of the same user. */
  onRead(id: number) {
    this.to(`user:${this.user}`).emit('read', id);
  }
}

// Without one, logins end with the process.
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

const app = express();
const inbox = socketio({ '/inbox': Inbox });

app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax', secure: 'auto' } }));

app.post('/login', express.json(), (req, res, next) => {
  // Your own check of the password.
  if (req.body?.password !== 'mellon') return void res.sendStatus(401);
  // A new id: knowing the old one makes no other browser the member.
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.user = String(req.body.user);
    res.sendStatus(204);
  });
});

const staffOnly: RequestHandler = (req, res, next) => {
  if (req.session.user === 'admin') next();
  else res.sendStatus(403);
};

// A route reaches the user in the same way, and can end every connection of theirs.
app.post('/invoices/:user', staffOnly, (req, res) => {
  inbox.io.of('/inbox').to(`user:${req.params.user}`).emit('mail', 'accounting', 'There is a new invoice');
  res.sendStatus(202);
});
app.post('/ban/:user', staffOnly, (req, res) => {
  inbox.io.of('/inbox').in(`user:${req.params.user}`).disconnectSockets(true);
  res.sendStatus(204);
});

app.use(inbox);
app.listen(3000);
