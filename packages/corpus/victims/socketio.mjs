// node victims/socketio.mjs [port]: socket.io 4.8.4, with clients of 2.x allowed, to compare with.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { addGuarded, OPTIONS } from './guarded.mjs';

const http = createServer();
const io = new Server(http, { ...OPTIONS, allowEIO3: true });
io.on('connection', () => {});
addGuarded(io);
http.listen(Number(process.argv[2] ?? 0), () =>
  console.log(`http://localhost:${/** @type {any} */ (http.address()).port}`),
);
