// node victims/sio.mjs [port]: the same on sio.
import { createServer } from 'node:http';
import { Server } from '@sio/core';
import { addGuarded, OPTIONS } from './guarded.mjs';

const http = createServer();
const io = new Server(http, OPTIONS);
io.on('connection', () => {});
addGuarded(io);
http.listen(Number(process.argv[2] ?? 0), () =>
  console.log(`http://localhost:${/** @type {any} */ (http.address()).port}`),
);
