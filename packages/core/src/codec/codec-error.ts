import { CodedError } from '../internal/coded-error.js';

/**
 * The stable codes of invalid input and output.
 *
 * | code | meaning |
 * |---|---|
 * | `bad_type` | the packet's type digit is unknown |
 * | `bad_attachments` | attachment count malformed, or placeholders and attachments do not match |
 * | `too_many_attachments` | more than `maxAttachments` announced |
 * | `attachments_too_large` | the attachments together exceed `maxAttachmentBytes` |
 * | `bad_namespace` | namespace malformed or longer than `maxNamespaceLength` |
 * | `bad_ack_id` | acknowledgement id malformed or longer than `maxAckIdDigits` |
 * | `bad_json` | the data is not JSON, or not what the application's own takes |
 * | `bad_data` | the data does not fit the packet's type, or the application's own JSON makes too much of it |
 * | `bad_event_name` | the event's name is neither a string nor a number, reserved, or longer than `maxEventNameLength` |
 * | `bad_base64` | a base64 packet holds something else |
 * | `bad_payload` | the framing of a payload is broken |
 * | `too_many_packets` | a payload holds more than `maxPacketsPerPayload` |
 * | `too_deep` | values nested deeper than `maxDepth` |
 * | `bad_msgpack` | not one whole, supported MessagePack value |
 * | `bad_form` | a JSONP form body without a usable `d` field |
 * | `unserializable` | an outgoing value cannot be encoded (cycle, BigInt, Blob, throwing getter …) |
 */
export type CodecErrorCode =
  | 'bad_type'
  | 'bad_attachments'
  | 'too_many_attachments'
  | 'attachments_too_large'
  | 'bad_namespace'
  | 'bad_ack_id'
  | 'bad_json'
  | 'bad_data'
  | 'bad_event_name'
  | 'bad_base64'
  | 'bad_payload'
  | 'too_many_packets'
  | 'too_deep'
  | 'bad_msgpack'
  | 'bad_form'
  | 'unserializable';

/** The only error that a codec throws: for input that is not a packet, or a value that cannot be encoded. */
export class CodecError extends CodedError<CodecErrorCode> {
  override readonly name = 'CodecError';
}

const EXCERPT_LENGTH = 40;

/** A short quotation of `text` for a message: at most 40 characters of it, in printable ASCII, so that logs stay whole. */
export function excerpt(text: string): string {
  const quoted = JSON.stringify(text.slice(0, EXCERPT_LENGTH)).replace(/[^\x20-\x7e]/g, '?');
  return text.length > EXCERPT_LENGTH ? `${quoted}... (${text.length} characters)` : quoted;
}

/** The given error if it is a {@link CodecError}, else one with `code` that names what failed and has it as cause. */
export function asCodecError(error: unknown, code: CodecErrorCode, what: string): CodecError {
  if (isCodecError(error)) return error;
  return new CodecError(code, `${what}: ${reasonOf(error)}`, { cause: error });
}

/** Whether `error` is a {@link CodecError}. A thrown value may be anything, even a proxy that throws when it is looked at. */
export function isCodecError(error: unknown): error is CodecError {
  try {
    return error instanceof CodecError;
  } catch {
    return false;
  }
}

const REASON_LENGTH = 120;

function reasonOf(error: unknown): string {
  // A thrown value is the user's and may be anything, even something that throws when it is read.
  try {
    return error instanceof Error ? error.message.slice(0, REASON_LENGTH) : typeof error;
  } catch {
    return 'unknown';
  }
}
