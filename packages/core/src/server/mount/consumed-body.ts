import type { IncomingMessage } from 'node:http';

/**
 * What a parser in front of the mount made of the body; undefined when nobody has read it. Some parsers leave an empty object
 * where they did not apply, so the stream itself says whether it was read.
 */
export function consumedBody(req: IncomingMessage, body: unknown): unknown {
  if (!req.readableDidRead) return undefined;
  // Cloud function hosts keep the bytes aside.
  const consumed = (req as { rawBody?: unknown }).rawBody ?? body ?? '';
  // A JSON parser that takes every type makes numbers of the shortest packets.
  return typeof consumed === 'object' ? consumed : String(consumed);
}
