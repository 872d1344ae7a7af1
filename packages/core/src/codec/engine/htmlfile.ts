import { scriptLiteral } from './jsonp.js';

const HEAD = '<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>';

/** Internet Explorer runs nothing of a streamed page before its first 256 bytes are there. */
const HEAD_BYTES = 256;

/** The first chunk of a 0.9 htmlfile stream. */
export const HTMLFILE_HEAD: string = HEAD.padEnd(HEAD_BYTES);

/** The chunk of a 0.9 htmlfile stream that delivers `payload`. The client undoes the escaped slashes itself. */
export function htmlfileChunk(payload: string): string {
  return `<script>_(${scriptLiteral(payload).replaceAll('/', '\\/')});</script>`;
}

/**
 * A packet with JSON so that it survives a client which takes each `\\/` in a payload for a slash that we have escaped, even
 * where a backslash stands before one.
 */
export function htmlfilePacket(packet: string): string {
  return packet.replaceAll('\\\\/', '\\u005c/');
}
