import { createServer } from 'node:http';
import { Server } from '@sio/core/compat';

const httpServer = createServer();
const io = new Server(httpServer);

io.of('/chat').on('connection', (socket) => {
  socket.on('enter', async (name, done) => {
    socket.data.name = name;
    const sockets = await io.of('/chat').fetchSockets();
    done(sockets.length);
  });
  socket.on('say', (text) => io.of('/chat').emit('said', socket.data.name, text));
});
httpServer.listen(3000);
