/** The outcome of an input: a value, or the code of the error it was refused with. */
export type Outcome = { readonly value: unknown } | { readonly refused: string; readonly message: string };

/** Something that we read differently from an original parser, on purpose. */
export interface Difference {
  readonly id: string;
  readonly why: string;
  /** Whether this is why `ours` is what it is, where the original accepts `input`. */
  explains(input: string, ours: Outcome, theirs: unknown): boolean;
}

function refusedAs(ours: Outcome, ...codes: string[]): boolean {
  return 'refused' in ours && codes.includes(ours.refused);
}

/** The rest of a packet after type, attachment count and namespace. */
function behindHead(input: string): string {
  return input.replace(/^(?:[56][^-]*-|.)(?:\/[^,]*,?)?/s, '');
}

/** Of text packets, protocol versions 3 to 5. */
export const PACKET_DIFFERENCES: readonly Difference[] = [
  {
    id: 'type-is-a-digit',
    why: 'The original takes a blank, or nothing at all, for type 0, since JavaScript makes 0 of it.',
    explains: (input, ours) => refusedAs(ours, 'bad_type') && /^(\s|$)/.test(input),
  },
  {
    id: 'attachment-count-is-digits',
    why: 'The original takes whatever JavaScript can make a number of: "1e0-", "0x1-", " 1-", "1.0-".',
    explains: (input, ours) => refusedAs(ours, 'bad_attachments') && /^[56](?!\d+-)/.test(input),
  },
  {
    id: 'every-attachment-has-its-place',
    why: 'Attachments and placeholders match one to one. The original drops an attachment, or gives it twice.',
    explains: (input, ours) => refusedAs(ours, 'bad_attachments') && /^[56]\d+-/.test(input),
  },
  {
    id: 'id-is-digits',
    why: 'The original takes blanks between head and data for digits of an acknowledgement id.',
    explains: (input) => /^\s/.test(behindHead(input).replace(/^\d+/, '')),
  },
  {
    id: 'id-is-exact',
    why: 'An id of more than 15 digits is no exact number: the acknowledgement would go to another.',
    explains: (input, ours) => refusedAs(ours, 'bad_ack_id') && /\d{16}/.test(input),
  },
  {
    id: 'data-is-there',
    why: 'An event, acknowledgement or error without data means nothing. The original hands on `undefined`, where an array is expected.',
    explains: (input, ours) => refusedAs(ours, 'bad_data') && /^[2-6]/.test(input) && /^\d*$/.test(behindHead(input)),
  },
  {
    id: 'event-name-is-finite',
    why: 'No event is called Infinity, which is what JavaScript reads for 1e999.',
    explains: (input, ours) => refusedAs(ours, 'bad_event_name') && /\[\s*-?[\d.]+/.test(input),
  },
];

/** Of payloads of Engine.IO 4. */
export const PAYLOAD4_DIFFERENCES: readonly Difference[] = [
  {
    id: 'base64-is-base64',
    why: 'The original skips what is not base64, so that damaged bytes are handed on as if they were whole.',
    explains: (input, ours) => refusedAs(ours, 'bad_base64') && input.includes('b'),
  },
];

/** Of payloads of Engine.IO 3. */
export const PAYLOAD3_DIFFERENCES: readonly Difference[] = [
  PAYLOAD4_DIFFERENCES[0] as Difference,
  {
    id: 'length-is-digits',
    why: 'The original takes whatever JavaScript can make a number of for a length: "1e0:", " 1:", "+1:".',
    explains: (_input, ours) => refusedAs(ours, 'bad_payload'),
  },
  {
    id: 'binary-is-a-message',
    why: 'Only messages are binary. The original reads a base64 or binary packet of any type, or of none.',
    explains: (_input, ours) => refusedAs(ours, 'bad_type'),
  },
];

/** Of binary payloads of Engine.IO 3. */
export const BINARY3_DIFFERENCES: readonly Difference[] = [
  ...PAYLOAD3_DIFFERENCES.slice(1),
  {
    id: 'half-a-character',
    why: 'Bytes that stand for half of a surrogate pair become U+FFFD one by one, as UTF-8 is read today, not once.',
    explains: (_input, ours, theirs) =>
      'value' in ours && text(ours.value).replace(/\ufffd+/g, '\ufffd') === text(theirs).replace(/\ufffd+/g, '\ufffd'),
  },
];

/** Of msgpack packets. */
export const MSGPACK_DIFFERENCES: readonly Difference[] = [
  {
    id: 'known-extensions',
    why: 'The original makes `[type, bytes]` of an extension that it does not know, the standard timestamp among them.',
    explains: (input) => /[\xc7-\xc9\xd4-\xd8]/.test(input),
  },
  {
    id: 'keys-are-names',
    why: 'Keys are strings or numbers. The original makes a string of whatever there is: "null", "[object Object]".',
    explains: (_input, ours) => 'refused' in ours && ours.message.startsWith("A map's key"),
  },
  {
    id: 'text-is-utf8',
    why: 'What is not UTF-8 becomes U+FFFD, and a string ends where its length says. The original makes other characters of it, or reads on.',
    explains: (_input, ours, theirs) => /\ufffd/.test(text(ours)) || /[\x80-\uffff]/.test(text(theirs)),
  },
  {
    id: 'proto-is-a-name',
    why: 'A key `__proto__` is a field. The original makes it the prototype of what it stands in.',
    explains: (input) => input.includes('__proto__'),
  },
  {
    id: 'id-is-whole',
    why: 'An acknowledgement id is a whole number that is exact and not negative.',
    explains: (_input, ours) => refusedAs(ours, 'bad_ack_id'),
  },
  {
    id: 'events-have-names',
    why: 'An event begins with its name, a string or a finite number, which is not a reserved one. The original takes any array.',
    explains: (_input, ours) => refusedAs(ours, 'bad_event_name'),
  },
];

function text(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

/** Everything that a receiver has read: see the target. */
type Reads = readonly (readonly unknown[])[];

/** The error that ours has in addition to the reads of both, if that is the difference. */
function earlierError(ours: Outcome, theirs: unknown): unknown {
  if (!('value' in ours)) return undefined;
  const got = ours.value as Reads;
  const expected = theirs as Reads;
  const last = got.at(-1);
  const before = got.slice(0, -1);
  const same = before.every((read, at) => JSON.stringify(read) === JSON.stringify(expected[at]));
  const rest = expected.slice(before.length);
  // Control frames may still have come between the fragments of a message, but no message.
  const noMessage = rest.every(([what]) => what !== 'message');
  return same && noMessage && last?.[0] === 'error' ? last[1] : undefined;
}

/** Of the frames of WebSockets. */
export const WEBSOCKET_DIFFERENCES: readonly Difference[] = [
  {
    id: 'text-fails-at-the-first-wrong-byte',
    why: 'RFC 6455 §8.1 lets a server fail as soon as a text cannot be UTF-8. The original looks when the message is complete.',
    explains: (_input, ours, theirs) => earlierError(ours, theirs) === 'WS_ERR_INVALID_UTF8',
  },
  {
    id: 'fragments-are-counted-by-their-headers',
    why: 'The header of one fragment too many is enough. The original waits for its payload.',
    explains: (_input, ours, theirs) => earlierError(ours, theirs) === 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
  },
];
