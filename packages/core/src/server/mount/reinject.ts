import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';

/**
 * Gives a connection back to Node as if nobody had listened for upgrades: the request is read again, this time as a plain one
 * with its body, on a connection that stays alive. Java's HTTP client and `curl --http2` ask for `h2c` on ordinary requests,
 * and would wait for ever, once a listener of ours exists.
 */
export function reinject(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (socket.destroyed) return;
  socket.unshift(Buffer.concat([Buffer.from(plainHead(req), 'latin1'), head]));
  server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
}

/** The request's head as it came, except that it no longer asks for the connection to change. */
function plainHead(req: IncomingMessage): string {
  let head = `${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`;
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]!;
    const value = name.toLowerCase() === 'connection' ? withoutUpgrade(req.rawHeaders[i + 1]!) : req.rawHeaders[i + 1]!;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

function withoutUpgrade(connection: string): string {
  const tokens = connection.split(',').filter((token) => token.trim().toLowerCase() !== 'upgrade');
  return tokens.join(',').trim();
}
