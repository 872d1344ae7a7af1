import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { socketio } from '@sio/express';
import express from 'express';
import { namespaces } from './chat.js';

const SIO = fileURLToPath(new URL('dist/main.js', import.meta.resolve('@sio/cli/package.json')));

/** Runs a command as it is typed, and prints what it prints. */
function sio(...args: string[]): Promise<unknown> {
  const typed = args.map((arg) => (/^[\w:/.-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
  console.log(`\n$ npx @sio/cli ${typed}`);
  const child = spawn(process.execPath, [SIO, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  return once(child, 'exit');
}

const mount = socketio(namespaces);
const server = express()
  .use(mount)
  .listen(Number(process.env.PORT ?? 3000));
await once(server, 'listening');
const chat = `http://localhost:${(server.address() as AddressInfo).port}/chat`;

await sio('doctor', chat);

// Two events are as many as it waits for.
const inLobby = new Promise<void>((resolve) => {
  mount.io.of('/chat').adapter.on('join-room', (room: string) => {
    if (room === 'lobby') resolve();
  });
});
const tail = sio('tail', chat, '--room', 'lobby', '--event', 'said', '--count', '2', '--json');
await inLobby;
await sio('emit', chat, 'say', 'hello', '--ack');
await sio('emit', chat, 'say', 'goodbye', '--ack');
await tail;

await sio('emit', chat, 'say', '--path', '/wrong/');
await sio('bench', chat, 'hello', '--event', 'say', '--connections', '10', '--duration', '1');
await sio('asyncapi', fileURLToPath(new URL('chat.js', import.meta.url)), '--title', 'Chat', '--api-version', '1.0.0');

await mount.io.close();
server.close();
