import { HTMLFILE_HEAD, htmlfileChunk, htmlfilePacket } from '../../codec/engine/htmlfile.js';
import { JSONP_PREFIX, wrapJsonp } from '../../codec/engine/jsonp.js';
import { encodeLegacyPayload } from '../../codec/legacy/legacy-payload.js';
import type { Frame } from '../../transport/frame.js';
import type { PollWire } from '../../transport/polling/renewable.js';
import type { EncodedPayload } from '../../transport/polling/wire.js';
import type { StreamWire } from '../../transport/streams/http-stream.js';
import type { WebSocketWire } from '../../transport/websocket/accepted.js';
import { jsonpIndex } from './target.js';

/** Client not handshaken; reconnect. */
export const UNKNOWN_SESSION = '7:::1+0';
const IDLE: readonly string[] = ['8::'];
/** A client that only gets a disconnect packet would not come back. */
const CLOSING: readonly string[] = ['7:::+0'];
const TEXT = 'text/plain; charset=UTF-8';

function payloadOf(frames: readonly Frame[]): string {
  return encodeLegacyPayload(frames as readonly string[]);
}

const xhrPolling: PollWire = {
  encode: (frames) => ({ body: payloadOf(frames), type: TEXT }),
  idle: IDLE,
  closing: CLOSING,
};

const NO_XSS_FILTER = Object.freeze({ 'X-XSS-Protection': '0', 'X-Content-Type-Options': 'nosniff' });

const jsonpPolling: PollWire = {
  encode: (frames, query) => ({
    body: wrapJsonp(jsonpIndex(query), payloadOf(frames), JSONP_PREFIX.LEGACY),
    type: 'text/javascript; charset=UTF-8',
    headers: NO_XSS_FILTER,
  }),
  idle: IDLE,
  closing: CLOSING,
};

const htmlfile: StreamWire = {
  type: 'text/html; charset=UTF-8',
  head: HTMLFILE_HEAD,
  chunk: (frames) => htmlfileChunk(payloadOf((frames as readonly string[]).map(htmlfilePacket))),
};

const xhrMultipart: StreamWire = {
  type: 'multipart/x-mixed-replace;boundary="socketio"',
  head: '--socketio\r\n',
  chunk: (frames) => `Content-Type: ${TEXT}\r\n\r\n${payloadOf(frames)}\r\n--socketio\r\n`,
};

/** Binary never gets as far as a transport. */
export const WEBSOCKET_WIRE: WebSocketWire = {
  binaryPrefix: -1,
  compressFrom: 1024,
  base64: (data) => data.toString('base64'),
};

/** A transport's kind, and how it writes. */
export type LegacyTransport =
  | { readonly kind: 'socket' }
  | { readonly kind: 'poll'; readonly wire: PollWire; readonly form?: boolean }
  | { readonly kind: 'stream'; readonly wire: StreamWire };

/** By name. A `Map`: names come from the wire. */
export const LEGACY_TRANSPORTS: ReadonlyMap<string, LegacyTransport> = new Map<string, LegacyTransport>([
  ['websocket', { kind: 'socket' }],
  ['flashsocket', { kind: 'socket' }],
  ['htmlfile', { kind: 'stream', wire: htmlfile }],
  ['xhr-multipart', { kind: 'stream', wire: xhrMultipart }],
  ['xhr-polling', { kind: 'poll', wire: xhrPolling }],
  ['jsonp-polling', { kind: 'poll', wire: jsonpPolling, form: true }],
]);

/** The answer to the GET of a session that does not exist. */
export function unknownSessionBody(
  transport: Exclude<LegacyTransport, { kind: 'socket' }>,
  query: string,
): EncodedPayload {
  if (transport.kind === 'poll') return transport.wire.encode([UNKNOWN_SESSION], query);
  return { body: transport.wire.head + transport.wire.chunk([UNKNOWN_SESSION]), type: transport.wire.type };
}
