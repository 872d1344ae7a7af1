import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startProgram } from '@sio/test-kit/examples';
import { io, type Socket } from 'socket.io-client';
import { transformWithEsbuild } from 'vite';
import { expect, it, onTestFinished } from 'vitest';

const program = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The last of several clients goes late enough to see the server drain. */
const CLIENTS = [['polling'], ['polling'], ['websocket'], ['websocket'], ['polling', 'websocket']];

/** Clients of `/chat`, once they are in. */
async function connectAll(url: string): Promise<Socket[]> {
  const clients = CLIENTS.map((transports) => io(`${url}/chat`, { transports, forceNew: true, reconnection: false }));
  onTestFinished(() => clients.forEach((client) => void client.disconnect()));
  await Promise.all(clients.map((client) => heard(client, 'connect')));
  return clients;
}

/** Opens a connection that asks for nothing, as browsers do in advance. @returns what waits until the server has closed it */
async function openUnused(url: string) {
  const socket = connect(Number(new URL(url).port), 'localhost').resume();
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  return { closed };
}

const heard = (client: Socket, event: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    client.once('connect_error', reject);
    client.once(event, (...args) => resolve(args));
  });

/** NestJS is compiled first, into a file beside the source. */
async function compiled(file: string): Promise<string> {
  const source = program(file);
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
  const { code } = await transformWithEsbuild(readFileSync(source, 'utf8'), source, { tsconfigRaw });
  const target = source.replace('.ts', `.${process.pid}.mjs`);
  onTestFinished(() => rmSync(target));
  writeFileSync(target, code);
  return target;
}

it.each(['node', 'express', 'koa', 'fastify', 'hapi', 'nestjs'])(
  'the server with %s reports on SIGTERM that it is not ready, lets its clients reconnect, and exits',
  async (framework) => {
    const file = framework === 'nestjs' ? await compiled('nestjs/main.ts') : program(`frameworks/${framework}.js`);
    const { url, stop } = await startProgram(file);
    const clients = await connectAll(url);
    const [first] = clients as [Socket];
    expect(await first.emitWithAck('say', 'hello')).toEqual({ delivered: true });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const unused = await openUnused(url);
    const lost = clients.map((client) => heard(client, 'disconnect'));
    const ended = stop();
    await expect
      .poll(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status, { interval: 5 })
      .toBe(503);
    for (const [reason] of await Promise.all(lost)) expect(reason).toBe('transport close');
    expect(await ended).toBe(0);
    await unused.closed;
  },
);

it('workers of node:cluster serve the clients of one port and drain on SIGTERM', async () => {
  const { url, stop } = await startProgram(program('node-cluster/server.js'), { env: { WORKERS: '2' } });
  const clients = await connectAll(url);
  const said = clients.map((client) => heard(client, 'said'));
  clients[0]!.emit('say', 'hello');
  for (const [text] of await Promise.all(said)) expect(text).toBe('hello');
  const lost = clients.map((client) => heard(client, 'disconnect'));
  const ended = stop();
  for (const [reason] of await Promise.all(lost)) expect(reason).toBe('transport close');
  expect(await ended).toBe(0);
});
