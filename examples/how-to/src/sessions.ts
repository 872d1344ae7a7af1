import { randomBytes } from 'node:crypto';
import { ConnectionRefused, Namespace, socketio, withSession } from '@sio/express';
import express from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    name?: string;
    cart?: string[];
  }
}

class Shop extends Namespace {
  onConnect() {
    if (this.request.session.name === undefined) throw new ConnectionRefused('Log in first');
  }

  /** Changes the session that HTTP requests see. */
  onAdd(item: string) {
    return withSession(this, (current) => {
      current.cart = [...(current.cart ?? []), item];
      return current.cart.length;
    });
  }
}

// Without one, logins end with the process.
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

const app = express();
const shop = socketio({ '/shop': Shop });

app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax', secure: 'auto' } }));

app.post('/login', express.json(), (req, res, next) => {
  // Your own check of the password.
  if (req.body?.password !== 'mellon') return void res.sendStatus(401);
  // A new id: knowing the old one makes no other browser the member.
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.name = String(req.body?.name);
    res.sendStatus(204);
  });
});

app.post('/logout', (req, res, next) => {
  const id = req.sessionID;
  req.session.destroy((error) => {
    if (error) return next(error);
    // All tabs of this login, on all servers.
    shop.io.endSession(id);
    res.sendStatus(204);
  });
});

app.get('/cart', (req, res) => void res.json(req.session.cart ?? []));

app.use(shop);
app.listen(3000);
