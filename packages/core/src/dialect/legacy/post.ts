import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { CodecError } from '../../codec/codec-error.js';
import { formField, parseJsonpLiteral } from '../../codec/engine/jsonp.js';
import { decodeLegacyPayload } from '../../codec/legacy/legacy-payload.js';
import { shown } from '../../internal/shown.js';
import { type Exchange, HANDLED, type Outcome } from '../../transport/exchange.js';
import { type BodyResult, leaveUnread, sizeOf } from '../../transport/polling/body.js';
import { respond } from '../../transport/polling/respond.js';
import type { Connection } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { LegacySession } from './session.js';

/** Answer to a POST that was read. */
const POSTED = '1';
const TYPE = 'text/plain; charset=UTF-8';

/**
 * Takes what a client posts, which all HTTP transports do alike (protocol §5.2).
 * @param form JSONP: the payload is a string literal in a form's field.
 */
export function takePost(engine: Engine, conn: Connection, exchange: Exchange, form: boolean): Outcome {
  exchange.take();
  if (conn.readingPaused) readLater(engine, conn, exchange, form);
  else readPost(engine, conn, exchange, form);
  return HANDLED;
}

/** Clients post one request after the other: a second that waits is none of theirs. */
function readLater(engine: Engine, conn: Connection, exchange: Exchange, form: boolean): void {
  const session = conn.dialectState as LegacySession;
  const read = () => readPost(engine, conn, exchange, form);
  if (session.readPost === undefined) session.readPost = read;
  else {
    conn.fail('transport error', new Error('data request overlap from client'));
    read();
  }
}

function readPost(engine: Engine, conn: Connection, exchange: Exchange, form: boolean): void {
  const session = conn.dialectState as LegacySession;
  session.uploads.receive(exchange, engine, (result) => posted(engine, conn, exchange, result, form));
}

function posted(engine: Engine, conn: Connection, exchange: Exchange, result: BodyResult, form: boolean): void {
  if (result === 'aborted') return;
  if (result === 'too large') return refuse(engine, conn, exchange, 413, new Error('the body is too large'));
  if (result === 'late') return refuse(engine, conn, exchange, 408, new Error('http request timeout'));
  const traffic = { received: sizeOf(result.body), sent: POSTED.length };
  engine.traffic.keep(conn.dialect.protocolVersion, { name: conn.transport.name, traffic });
  const packets = packetsOf(result.body, form, engine.opts.maxPacketsPerPayload);
  const headers = headersFor(exchange.req);
  engine.announceHeaders(headers, exchange.req, false);
  // First the answer: what the packets cause may take its time.
  respond(engine, exchange.res, packets === undefined ? 400 : 200, headers, packets === undefined ? '' : POSTED);
  for (const packet of packets ?? []) conn.onFrame(conn.transport, packet);
}

/** Packets may be lost, so that the client had better begin anew. */
function refuse(engine: Engine, conn: Connection, exchange: Exchange, status: number, why: Error): void {
  leaveUnread(exchange);
  respond(engine, exchange.res, status, {}, '');
  conn.fail('transport error', why);
}

/** The packets before the first fault; undefined when it is no payload at all. */
function packetsOf(body: Buffer | string | object, form: boolean, maxPackets: number): readonly string[] | undefined {
  try {
    return decodeLegacyPayload(form ? fieldOf(body) : textOf(body), maxPackets).frames;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function textOf(body: Buffer | string | object): string {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body.toString();
  throw new CodecError('bad_payload', `The body must be text, not ${shown(body)}`);
}

function fieldOf(body: Buffer | string | object): string {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return parseJsonpLiteral(formField(body.toString()));
  const field: unknown = Object.hasOwn(body, 'd') ? (body as { d: unknown }).d : undefined;
  if (typeof field === 'string') return parseJsonpLiteral(field);
  throw new CodecError('bad_form', 'The form has no field d');
}

/** Old Internet Explorers would see script in what a foreign page posted. */
function headersFor(req: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'Content-Type': TYPE };
  if (req.headers.origin !== undefined) headers['X-XSS-Protection'] = '0';
  return headers;
}
