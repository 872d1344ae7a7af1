import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Child } from './child.js';

/** A POST that is to come in tiny chunks. */
export interface TinyChunks {
  readonly path: string;
  /** Its `Content-Type`. */
  readonly type: string;
  /** The body begins with it. */
  readonly first: string;
  /** Bytes of the body. */
  readonly length: number;
}

/**
 * Posts to a child in chunks of one byte, and does not end the body. Resolves when the child has read all of it.
 * @param server with the commands of `httpCommands`
 */
export async function postInBytes(
  server: Child & { readonly port: number },
  { path, type, first, length }: TinyChunks,
): Promise<void> {
  const read = await server.call<number>('read');
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  onTestFinished(() => void socket.destroy());
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const body = `${first}${'x'.repeat(length - first.length)}`;
  const pieces = Buffer.from(head + Array.from(body, (character) => `1\r\n${character}\r\n`).join(''));
  socket.write(pieces);
  while ((await server.call<number>('read')) < read + pieces.length)
    await new Promise((resolve) => setImmediate(resolve));
}
