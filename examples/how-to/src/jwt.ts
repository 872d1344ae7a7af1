import { randomBytes } from 'node:crypto';
import { Namespace, socketio } from '@sio/express';
import express from 'express';
import jwt from 'jsonwebtoken';

// Every server and service that reads the tokens needs the same. Without one, tokens end with the process.
const secret = process.env.JWT_SECRET ?? randomBytes(32).toString('hex');

/** The user of a token, and the time (ms) at which it expires. */
function readToken(auth: unknown) {
  const { token } = (auth ?? {}) as { token?: unknown };
  const { sub: user = '', exp = 0 } = jwt.verify(String(token), secret, { algorithms: ['HS256'] }) as jwt.JwtPayload;
  return { user, expiresAt: exp * 1000 };
}

class Chat extends Namespace {
  onWhoami(): string {
    return this.data.user;
  }
}

const chat = socketio(
  { '/chat': Chat },
  {
    auth: {
      check(socket, auth) {
        try {
          const { user, expiresAt } = readToken(auth);
          // A renewed token must belong to the same user.
          socket.data.user ??= user;
          if (user !== socket.data.user) return false;
          return { expiresAt };
        } catch {
          return { message: 'The token is invalid or has expired' };
        }
      },
    },
  },
);

const app = express();
app.post('/token', express.json(), (req, res) => {
  if (req.body?.password !== 'mellon') return void res.sendStatus(401);
  res.json({ token: jwt.sign({ sub: String(req.body.name) }, secret, { expiresIn: '15m' }) });
});
app.use(chat);
app.listen(3000);
