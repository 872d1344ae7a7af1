import type { CloseReason } from '../transport/transport.js';

/** Why a socket or its connection has ended. */
export type EndReason =
  | CloseReason
  | 'forced server close'
  | 'client namespace disconnect'
  | 'server namespace disconnect';

/** The side that ended the connection. */
export type EndedBy = 'client' | 'server' | 'network';

/** Details of the end of a connection, for logs and metrics. */
export interface DisconnectDetails {
  /**
   * A stable name. Of an end in good order: `client_left`, `server_disconnect`, `closed_by_client`, `closed_by_server`,
   * `server_shutting_down`. Of any other: `connection_lost`, `transport_error`, `ping_timeout`, `slow_consumer`,
   * `rate_limited`, `auth_expired`, `auth_revoked`, `bad_packet`, or the code of the limit or of the codec's error.
   */
  readonly code: string;
  /** The side that ended it. */
  readonly by: EndedBy;
  /** Milliseconds since the client answered a heartbeat (0.9, 1.x and 2.x: since it sent anything). */
  readonly lastPongAge: number;
  /** Bytes that waited for the client. */
  readonly bufferedBytes: number;
  /** The longest delay (ms) of the event loop in the last minute. */
  readonly eventLoopLag: number;
  /** The close code of a WebSocket, if it had one. 1000 and 1001 are orderly, 1006 means that there was no close frame. */
  readonly closeCode: number | undefined;
  /** A likely cause, in words. */
  readonly hint: string | undefined;
}

/** Of a connection about which nothing can be found out any more. */
export const NO_DETAILS: DisconnectDetails = Object.freeze({
  code: 'transport_error',
  by: 'server',
  lastPongAge: 0,
  bufferedBytes: 0,
  eventLoopLag: 0,
  closeCode: undefined,
  hint: undefined,
});

/** A connection that is about to end. */
export interface EndingConnection {
  readonly lastPongAge: number;
  readonly bufferedBytes: number;
  readonly engine: { readonly loopLag: { readonly worst: number } };
}

/** Looks at a connection that is about to end. Must be asked before anything that waits for it is dropped. */
export function detailsOf(conn: EndingConnection, reason: EndReason, description: unknown): DisconnectDetails {
  const given = codeIn(description);
  const closeCode = typeof given === 'number' ? given : undefined;
  const { lastPongAge, bufferedBytes } = conn;
  const eventLoopLag = conn.engine.loopLag.worst;
  const code = codeOf(reason, given, closeCode);
  const by = endedBy(reason, code);
  return {
    code,
    by,
    lastPongAge,
    bufferedBytes,
    eventLoopLag,
    closeCode,
    hint: hintFor(code, lastPongAge, bufferedBytes, eventLoopLag),
  };
}

/** The `code` of what ended a connection: anything at all that a parser of the application may have thrown. */
function codeIn(description: unknown): unknown {
  try {
    return (description as { code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}

const CODES: Readonly<Record<EndReason, string>> = {
  'transport close': 'connection_lost',
  'transport error': 'transport_error',
  'ping timeout': 'ping_timeout',
  'parse error': 'bad_packet',
  'forced close': 'closed_by_server',
  'forced server close': 'closed_by_server',
  'slow consumer': 'slow_consumer',
  'rate limited': 'rate_limited',
  'auth ended': 'auth_revoked',
  'server shutting down': 'server_shutting_down',
  'client namespace disconnect': 'client_left',
  'server namespace disconnect': 'server_disconnect',
};

/** Codes of WebSocket errors for what is a limit of ours. */
const WEBSOCKET_CODES: ReadonlyMap<string, string> = new Map([
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'message_too_large'],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 'too_many_fragments'],
  ['WS_ERR_TOO_MANY_CONTROL_FRAMES', 'too_many_control_frames'],
]);

function codeOf(reason: EndReason, code: unknown, closeCode: number | undefined): string {
  if (reason === 'transport close') return isGoodbye(closeCode) ? 'closed_by_client' : CODES[reason];
  if (typeof code !== 'string') return CODES[reason];
  if (reason === 'transport error') return WEBSOCKET_CODES.get(code) ?? OWN_CODE.exec(code)?.[0] ?? CODES[reason];
  return code;
}

/** Ours, unlike those of Node and ws. */
const OWN_CODE = /^[a-z_]+$/;

/** Codes of an orderly close: 1000 done, 1001 the page was left, 1005 no code. Polling clients send a close packet instead. */
function isGoodbye(closeCode: number | undefined): boolean {
  return closeCode === 1000 || closeCode === 1001 || closeCode === 1005;
}

const BY_NETWORK: ReadonlySet<string> = new Set(['connection_lost', 'transport_error', 'ping_timeout']);
const BY_SERVER: ReadonlySet<string> = new Set([
  'closed_by_server',
  'server_shutting_down',
  'server_disconnect',
  'slow_consumer',
]);

/** A limit is reached by what the client does. */
function endedBy(reason: EndReason, code: string): EndedBy {
  if (BY_NETWORK.has(code)) return 'network';
  return BY_SERVER.has(code) || reason === 'slow consumer' || reason === 'auth ended' ? 'server' : 'client';
}

/** Above it (ms) heartbeats may be late for no fault of the client's. */
const BUSY = 1000;

function hintFor(code: string, silence: number, waiting: number, lag: number): string | undefined {
  switch (code) {
    case 'ping_timeout':
      if (lag > BUSY) return `the event loop stood still for ${lag} ms: heartbeats may have waited in this process`;
      if (waiting > 0)
        return `${waiting} bytes waited in front of the heartbeat: the client reads more slowly than it is sent`;
      return 'the client has vanished without a goodbye: no network, a sleeping device, or a tab that was put to rest';
    case 'connection_lost':
      return nearIdleTimeout(silence)
        ? `silent for ${Math.round(silence / 1000)} s: a proxy may have closed an idle connection; pingInterval must be shorter than its timeout`
        : 'no goodbye: the network, a proxy or the client’s process has ended the connection';
    case 'slow_consumer':
      return 'more is sent than the client reads: see maxBufferedBytes, drained(), volatile and latest()';
    case 'bad_packet':
    case 'bad_json':
    case 'bad_type':
      return 'not our protocol: an own parser on one side only, or no Socket.IO client';
    case 'too_many_attachments':
      return 'option maxAttachments lets more in';
    case 'message_too_large':
      return 'option maxHttpBufferSize lets more in';
    default:
      return undefined;
  }
}

/** Idle timeouts (s) that proxies and balancers come with. */
const IDLE_TIMEOUTS = [30, 50, 55, 60, 100, 120, 180, 240, 300, 350, 600];
const ABOUT = 2;

function nearIdleTimeout(silence: number): boolean {
  const seconds = silence / 1000;
  return IDLE_TIMEOUTS.some((timeout) => Math.abs(seconds - timeout) < ABOUT);
}
