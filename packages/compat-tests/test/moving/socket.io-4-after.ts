import { createServer } from 'node:http';
import { Server } from '@sio/core/compat';

const httpServer = createServer();
const io = new Server(httpServer);

io.of('/chat').on('connection', (socket) => {
  socket.on('enter', async (room, done) => {
    await socket.join(room);
    done(socket.rooms.size);
  });
  socket.on('say', (room, text) => io.of('/chat').to(room).emit('said', text));
});
httpServer.listen(3000);
