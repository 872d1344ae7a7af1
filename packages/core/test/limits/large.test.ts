import { once } from 'node:events';
import { connect as dial } from 'node:net';
import type { Server, Socket } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

const MANY = 300_000;
const numbers = () => Array<number>(MANY).fill(1);

async function joined(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer(options);
  const arrival = new Promise<Socket>((resolve) => server.io.on('connection', resolve));
  const client = connect('4.8.4', server.url, { transports: ['websocket'] });
  await client.next('connect');
  return { ...server, client, socket: await arrival };
}

/** The packet of an event with very many arguments, written by hand: clients cannot. */
function manyArguments(start: string): string {
  return `${start},${numbers().join(',')}]`;
}

describe('300 000 arguments', () => {
  it('of an event reach its listener or fail that event only, not the connection or other clients', async () => {
    const reports: unknown[] = [];
    const { client, socket, io, url } = await joined({ errorHandler: (error) => void reports.push(error) });
    const counted = new Promise<number>((resolve) => {
      socket.on('count', (...args: unknown[]) => resolve(args.length));
      socket.onAny((...args: unknown[]) => resolve(args.length - 1));
    });
    socket.on('ping?', (answer: () => void) => answer());
    client.raw.io.engine.write(manyArguments('2["count"'));
    await Promise.race([counted, client.ask('ping?')]);
    await client.ask('ping?');
    const other = connect('4.8.4', url, { transports: ['websocket'] });
    await other.next('connect');
    expect(io.engine.clientsCount).toBe(2);
  });

  it('of an acknowledgement do not end a connection', async () => {
    const { client, socket } = await joined({ errorHandler: () => {} });
    socket.on('ping?', (answer: () => void) => answer());
    const answered = new Promise<void>((resolve) => socket.emit('count', () => resolve()));
    client.raw.io.engine.write(`3${0}[${numbers().join(',')}]`);
    await Promise.race([answered, client.ask('ping?')]);
    await client.ask('ping?');
  });
});

describe('broadcasts of 15 MB', () => {
  it('to clients that do not read disconnect these clients only', async () => {
    const { io, port, client } = await joined();
    const stuck = await Promise.all(Array.from({ length: 5 }, () => stuckReader(io, port)));
    const reasons = stuck.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve)));
    const text = 'x'.repeat(15_000_000);
    for (let n = 1; n <= 3; n++) {
      const heard = client.next('file');
      io.emit('file', n, text);
      expect((await heard)[0]).toBe(n);
    }
    expect(await Promise.all(reasons)).toEqual(Array(5).fill('slow consumer'));
  }, 30_000);
});

/** Joins, and reads no more. */
async function stuckReader(io: Server, port: number): Promise<Socket> {
  const socket = dial(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const head = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const path = '/socket.io/?EIO=4&transport=websocket';
  socket.write(`GET ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  await once(socket, 'data');
  const arrival = new Promise<Socket>((resolve) => {
    io.on('connection', (joining) => {
      if (joining.conn.request?.socket.remotePort === socket.localPort) resolve(joining);
    });
  });
  socket.pause();
  // The text 40, masked with zeros.
  socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
  return arrival;
}
