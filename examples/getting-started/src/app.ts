import { socketio } from '@sio/express';
import express, { type Express } from 'express';
import session from 'express-session';
import { z } from 'zod';
import { Board } from './board.js';

const Login = z.object({ name: z.string().min(1).max(20) });

export function createApp(secret: string) {
  const app: Express = express();
  const board = socketio({ '/board': Board });

  app.use(session({ secret, resave: false, saveUninitialized: false }));

  app.post('/login', express.json(), (req, res, next) => {
    const login = Login.safeParse(req.body);
    if (!login.success) return void res.status(400).send('Who are you?');
    // A new id: another browser that has the old one is not logged in.
    req.session.regenerate((error) => {
      if (error) return next(error);
      req.session.name = login.data.name;
      res.sendStatus(204);
    });
  });

  app.get('/me', (req, res) => void res.json({ name: req.session.name, posts: req.session.posts ?? 0 }));

  app.use(board);
  return { app, board };
}
