// @ts-nocheck: the types that are installed are those of socket.io 4.
import { createServer } from 'node:http';
import socketio from 'socket.io';

const httpServer = createServer();
const io = socketio.listen(httpServer, { 'log level': 1 });

io.of('/chat').on('connection', (socket) => {
  socket.on('enter', (name, done) => {
    socket.set('name', name, () => done(io.of('/chat').clients().length));
  });
  socket.on('say', (text) => {
    socket.get('name', (_error, name) => io.of('/chat').emit('said', name, text));
  });
});
httpServer.listen(3000);
