import { Server } from '@sio/core/compat';
import { instrument } from '@socket.io/admin-ui';
import express from 'express';

const app = express();
const httpServer = app.listen(3000);
const io = new Server(httpServer, {
  // The page of the admin UI comes from there. Name your own, if you serve it yourself.
  cors: { origin: ['https://admin.socket.io'], credentials: true },
});

io.on('connection', (socket) => {
  socket.on('enter', (room: string) => void socket.join(room));
});

instrument(io as never, {
  auth: {
    type: 'basic',
    username: 'admin',
    // npx bcrypt-cli "changeit" 10
    password: process.env.ADMIN_HASH ?? '$2b$10$heqvAkYMez.Va6Et2uXInOnkCT6/uQj1brkrbyG3LpopDklcq7ZOS',
  },
  readonly: true,
  // In production it counts instead of telling every event.
  mode: process.env.NODE_ENV === 'production' ? 'production' : 'development',
});
