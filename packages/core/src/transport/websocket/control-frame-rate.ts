import { TokenBucket } from '../../internal/token-bucket.js';
import { CloseCode, WebSocketError } from './websocket-error.js';

/** Counts the pings and pongs of one WebSocket. Each costs the server work, and a ping an answer. */
export class ControlFrameRate {
  readonly #bucket = new TokenBucket();

  /**
   * Counts one more.
   * @param max frames in a second.
   * @returns the reason to end the connection, if the client has sent more.
   */
  faultAt(max: number): WebSocketError | undefined {
    if (this.#bucket.take({ burst: max, perSecond: max }, 1, performance.now()) === 0) return undefined;
    const message = `More than ${max} pings and pongs have come within a second`;
    return new WebSocketError(CloseCode.POLICY, 'WS_ERR_TOO_MANY_CONTROL_FRAMES', message);
  }
}
