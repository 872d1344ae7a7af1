import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { pickEncoding } from '../../internal/http/accept-encoding.js';
import { destroyResponse } from '../../internal/http/destroy-response.js';
import { rawHeader } from '../../internal/http/request.js';
import { joinBody } from '../../internal/node-internals.js';
import type { EncodedPayload } from './wire.js';

/** When and how poll answers are compressed. */
export interface HttpCompression {
  /** Bytes; shorter answers go out as they are. */
  readonly threshold: number;
}

const compressors = {
  gzip: promisify<Buffer | string, Buffer>(gzip),
  deflate: promisify<Buffer | string, Buffer>(deflate),
};
const CODINGS = ['gzip', 'deflate'] as const;

/** Old Internet Explorers see script in a JSON answer and rewrite it unless told not to. */
const IE_USER_AGENT = /;MSIE|Trident\//;

/** Headers that every answer of a polling transport carries. */
export function answerHeaders(
  req: IncomingMessage,
  { type, headers: more }: Pick<EncodedPayload, 'type' | 'headers'>,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'Content-Type': type, 'cache-control': 'no-store' };
  if (more !== undefined) Object.assign(headers, more);
  const agent = rawHeader(req, 'user-agent');
  if (agent !== undefined && IE_USER_AGENT.test(agent)) headers['X-XSS-Protection'] = '0';
  return headers;
}

/** Takes failures to write an answer. */
export interface ResponseHost {
  failed(error: unknown, phase: 'listener' | 'handshake', what: string): void;
}

/** Closes a response that cannot be written, and reports why. One that a middleware has ended goes out as it is. */
export function abortResponse(host: ResponseHost, res: ServerResponse, error: unknown): void {
  host.failed(error, 'handshake', 'response');
  if (!res.writableEnded) destroyResponse(res);
}

/**
 * Writes a whole answer at once. Headers set on `res` before (CORS) go out with it. A response that cannot be written is closed,
 * and the failure reported.
 * @returns whether the answer is on its way.
 */
export function respond(
  host: ResponseHost,
  res: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): boolean {
  if (res.destroyed) return false;
  try {
    // Node's own error for what a middleware has written to the response.
    write(res, status, headers, body);
    return true;
  } catch (error) {
    abortResponse(host, res, error);
    return false;
  }
}

/** @throws what Node, or whatever wraps the response, throws. */
function write(res: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
  const length = Buffer.byteLength(body);
  headers['Content-Length'] = length;
  res.writeHead(status, headers);
  if (typeof body === 'string' && length === body.length && joinBody(res, body)) res.end();
  else res.end(body);
}

/** Counts the bodies of answers. */
export interface AnswerCounter {
  /** @param bytes as they go out */
  countSent(bytes: number): void;
}

/** The same for the answer to a poll, with 200; its body is counted. */
export function respondCounted(
  counter: AnswerCounter,
  host: ResponseHost,
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): boolean {
  const isAnswered = respond(host, res, 200, headers, body);
  if (isAnswered) counter.countSent(headers['Content-Length'] as number);
  return isAnswered;
}

/** The same, compressed when the client takes it and it is worth it. Later failures are reported, but not returned. */
export function respondCompressed(
  counter: AnswerCounter,
  host: ResponseHost,
  req: IncomingMessage,
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
  compression: HttpCompression,
): boolean {
  const coding =
    Buffer.byteLength(body) < compression.threshold
      ? undefined
      : pickEncoding(req.headers['accept-encoding'] as string | undefined, CODINGS);
  if (coding === undefined) return respondCounted(counter, host, res, headers, body);
  headers.Vary = 'Accept-Encoding';
  compressors[coding](body).then(
    (packed) => {
      headers['Content-Encoding'] = coding;
      respondCounted(counter, host, res, headers, packed);
    },
    () => respondCounted(counter, host, res, headers, body),
  );
  return true;
}
