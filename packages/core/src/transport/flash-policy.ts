import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What Flash sends before it opens a socket, instead of any HTTP. */
const REQUEST = '<policy-file-request/>\0';

const HEAD =
  '<?xml version="1.0"?>' +
  '<!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">' +
  '<cross-domain-policy>';

/**
 * The policy file for Flash sockets.
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

/**
 * Answers a Flash client that asks on the HTTP port, where Node's parser stumbles over the request.
 * @param error what `clientError` came with.
 * @returns whether it was one.
 */
export function answerFlash(error: unknown, socket: Duplex, policy: string): boolean {
  const raw: unknown = (error as { rawPacket?: unknown } | null)?.rawPacket;
  if (!Buffer.isBuffer(raw) || raw.length === 0 || !isRequest(raw) || !socket.writable) return false;
  socket.end(policy);
  return true;
}

/** The request may come in pieces; its first character already is no HTTP. */
function isRequest(raw: Buffer): boolean {
  return REQUEST.startsWith(raw.toString('latin1', 0, REQUEST.length));
}

/** How long (ms) a client may keep its connection after the answer. */
const PATIENCE = 3000;

/** A server for the policy file alone. It answers whoever connects, as Flash expects on its own port. */
export function startPolicyServer(port: number, policy: string, failed: (error: Error) => void): Server {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.resume();
    socket.end(policy);
  });
  server.on('error', failed);
  // The policy alone is no reason for a process to stay alive.
  return server.listen(port).unref();
}
