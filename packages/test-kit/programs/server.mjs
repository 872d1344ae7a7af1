// A server on what is built, for `childServer`: node server.mjs <options as JSON> <URL of a setup module>
import { createServer } from 'node:http';
import { Server } from '@sio/core';
import { answering } from './answering.mjs';
import { httpCommands } from './http-commands.mjs';

const http = createServer();
const io = new Server(http, JSON.parse(process.argv[2] ?? '{}'));
const setup = process.argv[3] ? (await import(process.argv[3])).default : echo;

/** @param {import('@sio/core').Server} server */
function echo(server) {
  server.on('connection', (socket) => {
    socket.on('echo', (/** @type {unknown} */ value, /** @type {unknown} */ answer) => {
      if (typeof answer === 'function') answer(value);
      else socket.emit('echo', value);
    });
  });
}

answering({ ...httpCommands(http), ...(await setup(io, http)) });
