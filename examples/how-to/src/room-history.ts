import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace<{ said: (user: string, text: string, offset?: string) => void }> {
  /** The last ten events, or those behind the offset of the last one that the client has. Then what is said from now on. */
  async onEnter(room: string, since?: string) {
    const { complete } = await this.join(`chat:${room}`, { rewind: 10, since });
    return { complete };
  }

  async onLeave(room: string) {
    await this.leave(`chat:${room}`);
  }

  onSay(room: string, user: string, text: string) {
    this.nsp.to(`chat:${room}`).emit('said', user, text);
    return true;
  }
}

const chat = socketio(
  { '/chat': Chat },
  { history: { namespaces: '/chat', rooms: 'chat:*', size: 100, ttl: 3_600_000, offsets: true } },
);

const app = express();
app.use(chat);
// The server reads the same history.
app.get('/chat/:room', async (req, res) => {
  const { events } = await chat.io.of('/chat').history(`chat:${req.params.room}`, { rewind: 10 });
  res.json(events.map(({ args, at }) => ({ user: args[0], text: args[1], at })));
});
app.listen(3000);
