import { CodedError } from '../../internal/coded-error.js';

/** Codes that a close frame can carry (RFC 6455 §7.4.1). */
export const CloseCode = Object.freeze({
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  /** A close frame without a code; never sent. */
  NO_STATUS: 1005,
  /** The connection ended without a close frame; never sent. */
  ABNORMAL: 1006,
  INVALID_TEXT: 1007,
  POLICY: 1008,
  TOO_LARGE: 1009,
});

/** A client breaks the WebSocket protocol, or a limit. `code` is the one that `ws` has for it, if any. */
export class WebSocketError extends CodedError {
  override readonly name = 'WebSocketError';
  /** The code that the client is told in the close frame. */
  readonly closeCode: number;

  constructor(closeCode: number, code: string, message: string) {
    super(code, message);
    this.closeCode = closeCode;
  }
}
