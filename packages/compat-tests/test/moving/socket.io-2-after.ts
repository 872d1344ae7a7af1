import { createServer } from 'node:http';
import { Server } from '@sio/core/compat';

const httpServer = createServer();
const io = new Server(httpServer, { cors: { origin: 'https://app.example', credentials: true } });

io.of('/chat').on('connection', (socket) => {
  socket.on('enter', async (room, done) => {
    await socket.join(room);
    const sockets = await io.of('/chat').in(room).fetchSockets();
    done(sockets.length);
  });
  socket.on('say', (room, text) => io.of('/chat').to(room).emit('said', text));
});
httpServer.listen(3000);
