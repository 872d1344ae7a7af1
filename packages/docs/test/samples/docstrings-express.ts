import { Namespace, socketio, withSession } from '@sio/express';
import express from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
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

const app = express();
const sessions = session({ secret: 'a secret', resave: false, saveUninitialized: true });
// #region
app.use(sessions);
app.use(socketio({ '/chat': ChatNamespace }));
// #endregion
app.listen(3000);
