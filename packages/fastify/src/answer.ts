import { mergedHeader, type Reply } from '@sio/core/mount';
import type { FastifyReply } from 'fastify';

/** Gives an answer through the reply, so that its hooks see it: also a 101, which becomes the WebSocket afterwards. */
export function answer(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  for (const [name, value] of Object.entries(headers)) {
    // Fastify itself adds to the cookies that are there.
    const isCookie = name.toLowerCase() === 'set-cookie';
    reply.header(name, isCookie ? value : mergedHeader(name, reply.getHeader(name), value));
  }
  reply.code(status);
  if (status !== 101) return reply.send(body);
  forgetTimeout(reply);
  return reply.send();
}

/** Data that Fastify puts on a socket for its `onTimeout` hooks. It would keep request and reply in memory as long as the WebSocket. */
interface WatchedSocket {
  _meta?: unknown;
}

function forgetTimeout(reply: FastifyReply): void {
  const { socket } = reply.request.raw;
  if ((socket as WatchedSocket)._meta === undefined) return;
  reply.raw.once('finish', () => {
    (socket as WatchedSocket)._meta = undefined;
    socket.removeAllListeners('timeout');
  });
}
