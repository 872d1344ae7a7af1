import type { Frame } from '../frame.js';

/** A body taken apart: the frames before the first fault, and the fault. */
export interface DecodedPayload {
  readonly frames: readonly Frame[];
  readonly error?: Error | undefined;
}

/** A payload as it goes out. */
export interface EncodedPayload {
  readonly body: string | Buffer;
  /** Content type. */
  readonly type: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How one protocol version writes and reads the bodies of its polling requests; may remember what it learns of one client. */
export interface PollingWire {
  /**
   * @param query raw query string of the poll that will be answered (JSONP indices stand there).
   * @param binary whether the client takes bytes.
   */
  encode(frames: readonly Frame[], query: string, binary: boolean): EncodedPayload;
  /** @param type the request's content type. A body that a form parser already split comes as an object. */
  decode(body: Buffer | string | object, type: string, query: string): DecodedPayload;
  /** Whether a POST of this content type is understood; if not, the connection ends. */
  accepts(type: string): boolean;
  /** Answer to a POST. */
  readonly posted: EncodedPayload;
  /** Frames that tell a waiting poll that the connection is over. */
  readonly closing: readonly Frame[];
  /** Frames that go ahead of `closing` when no poll was waiting. */
  readonly closingLate: readonly Frame[];
}
