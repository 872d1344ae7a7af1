// @ts-nocheck: the types that are installed are those of socket.io 4.
import { createServer } from 'node:http';
import socketio from 'socket.io';

const httpServer = createServer();
const io = socketio(httpServer);
io.origins(['https://app.example:443']);

io.of('/chat').on('connection', (socket) => {
  socket.on('enter', (room, done) => {
    socket.join(room, () => {
      io.of('/chat')
        .in(room)
        .clients((_error, ids) => done(ids.length));
    });
  });
  socket.on('say', (room, text) => io.of('/chat').to(room).emit('said', text));
});
httpServer.listen(3000);
