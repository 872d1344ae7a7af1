import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Flash sends this before it opens a socket, instead of any HTTP. */
const REQUEST = '<policy-file-request/>\0';

const HEAD =
  '<?xml version="1.0"?>' +
  '<!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">' +
  '<cross-domain-policy>';

/**
 * The policy file for Flash sockets (protocol §5.6).
 * @param origins `host:port` each, either may be `*`.
 */
export function flashPolicy(origins: readonly string[]): string {
  return `${HEAD}${origins.map(allowance).join('')}</cross-domain-policy>`;
}

function allowance(origin: string): string {
  const colon = origin.lastIndexOf(':');
  const [domain, ports] = colon === -1 ? [origin, '*'] : [origin.slice(0, colon), origin.slice(colon + 1)];
  return `<allow-access-from domain="${escaped(domain)}" to-ports="${escaped(ports)}"/>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const answered = new WeakSet<Duplex>();

/**
 * Answers a Flash client that asks on the HTTP port, where Node's parser stumbles over the request.
 * @param error what `clientError` came with.
 * @returns whether it was one.
 */
export function answerFlash(error: unknown, socket: Socket, policy: string): boolean {
  // The rest of a request in pieces.
  if (answered.has(socket)) return true;
  const raw: unknown = (error as { rawPacket?: unknown } | null)?.rawPacket;
  if (!Buffer.isBuffer(raw) || !isRequest(raw, socket.bytesRead) || !socket.writable) return false;
  answered.add(socket);
  tell(socket, policy);
  return true;
}

/**
 * The request may come in pieces; its first character already is no HTTP. Later on a connection the same bytes belong to another
 * message.
 */
function isRequest(raw: Buffer, bytesRead: number): boolean {
  return raw.length > 0 && raw.length === bytesRead && REQUEST.startsWith(raw.toString('latin1', 0, REQUEST.length));
}

/** How long (ms) a client may keep its connection after the answer. */
const PATIENCE = 3000;

function tell(socket: Socket, policy: string): void {
  socket.setTimeout(PATIENCE, () => socket.destroy());
  // Bytes left unread would make the kernel reset the connection, and the client lose the answer.
  socket.resume();
  socket.end(policy);
}

/** A server for the policy file alone. It answers every connection, as Flash expects on its own port. */
export function startPolicyServer(port: number, policy: string, failed: (error: Error) => void): Server {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    tell(socket, policy);
  });
  server.on('error', failed);
  // The policy alone is no reason for a process to stay alive.
  return server.listen(port).unref();
}
