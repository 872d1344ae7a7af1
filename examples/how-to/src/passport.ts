import { randomBytes } from 'node:crypto';
import { Namespace, socketio } from '@sio/express';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';

declare global {
  namespace Express {
    interface User {
      name: string;
    }
  }
}

class Chat extends Namespace {
  onWhoami() {
    return this.request.user?.name;
  }
}

passport.use(new Strategy((name, password, done) => done(null, password === 'mellon' && { name })));
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name: string, done) => done(null, { name }));

// Without one, logins end with the process.
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex');

const app = express();
const chat = socketio({ '/chat': Chat });

app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax', secure: 'auto' } }));
app.use(passport.session());

app.post('/login', express.json(), passport.authenticate('local'), (_req, res) => void res.sendStatus(204));

app.post('/logout', (req, res, next) => {
  const id = req.sessionID;
  req.logout((error) => {
    if (error) return next(error);
    chat.io.endSession(id);
    res.sendStatus(204);
  });
});

app.use((req, res, next) => {
  if (req.isAuthenticated()) next();
  else res.status(401).send('Log in first');
});
app.use(chat);
app.listen(3000);
