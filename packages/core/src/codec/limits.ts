/** Limits of what one peer can make the process hold or do. Every codec takes them as a parameter. */
export interface CodecLimits {
  /** Binary attachments of one packet. @default 10 */
  readonly maxAttachments: number;
  /** Bytes of all attachments of one packet together. @default 10_000_000 */
  readonly maxAttachmentBytes: number;
  /** Packets in one HTTP body. @default 1000 */
  readonly maxPacketsPerPayload: number;
  /** Digits of an acknowledgement id; 15 keep it an exact integer. @default 15 */
  readonly maxAckIdDigits: number;
  /** UTF-16 units of a namespace's name. @default 512 */
  readonly maxNamespaceLength: number;
  /** UTF-16 units of the query that older clients append to the namespace, often a token. @default 8192 */
  readonly maxNamespaceQueryLength: number;
  /** UTF-16 units of an event's name. @default 1024 */
  readonly maxEventNameLength: number;
  /** Levels of arrays and objects that a walk over a value enters. @default 1000 */
  readonly maxDepth: number;
}

/** The defaults, which real applications stay far below. */
export const defaultLimits: Readonly<CodecLimits> = Object.freeze({
  maxAttachments: 10,
  maxAttachmentBytes: 10_000_000,
  maxPacketsPerPayload: 1000,
  maxAckIdDigits: 15,
  maxNamespaceLength: 512,
  maxNamespaceQueryLength: 8192,
  maxEventNameLength: 1024,
  maxDepth: 1000,
});
