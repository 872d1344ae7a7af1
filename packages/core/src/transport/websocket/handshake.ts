import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Sixteen bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Versions of the protocol that differ in nothing that is used here. */
const VERSIONS: ReadonlySet<unknown> = new Set(['13', '8']);

/**
 * The key of a handshake that asks for nothing beyond the protocol itself, as nearly all do; undefined for one that is wrong or
 * wants a subprotocol.
 */
export function plainKey({ method, headers }: IncomingMessage): string | undefined {
  const key = headers['sec-websocket-key'];
  const isPlain =
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    VERSIONS.has(headers['sec-websocket-version']) &&
    headers['sec-websocket-protocol'] === undefined;
  return isPlain && key !== undefined && KEY.test(key) ? key : undefined;
}

/** The 101, one character per byte. @param lines further headers, which have been checked. */
export function switchingHead(key: string, lines: readonly string[]): string {
  const accept = createHash('sha1').update(key).update(GUID).digest('base64');
  const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  return lines.length === 0 ? `${head}\r\n` : `${head}${lines.join('\r\n')}\r\n\r\n`;
}
