import { bytesOf } from '../bytes.js';

/** An attacker's actions, one after the other. */
export type Step =
  | { readonly kind: 'send'; readonly bytes: Buffer }
  /** Until the server says something, closes, or shows no sign of either. */
  | { readonly kind: 'wait' }
  /** Goes on over a further connection; those before stay open. */
  | { readonly kind: 'new' }
  /** Half-closes the connection. */
  | { readonly kind: 'end' };

/** Ids of sessions that an input speaks of, by their mark. */
export const SESSION_MARKS = ['<sid4>', '<sid3>', '<sid09>'] as const;
export type SessionMark = (typeof SESSION_MARKS)[number];

const COMMANDS = /<(wait|new|end|raw|frame [0-9a-f]{2}|bare [0-9a-f]{2})>/;

/** Of all bytes behind a head. */
const LENGTH_MARK = '<len>';

/**
 * Reads an input. It is what goes over TCP, one character per byte, with marks in between that mutations move about like
 * everything else:
 *
 * - `<sid4>`, `<sid3>`, `<sid09>`: the id of a session made for it
 * - `<len>`: how many bytes come behind the head that it is in
 * - `<frame 81>` begins the payload of a WebSocket frame with that first byte, masked (with zeros); `<bare 81>` one without a mask
 * - `<raw>` ends it
 * - `<wait>`, `<new>`, `<end>`: see {@link Step}
 */
export function stepsOf(input: string, sessions: ReadonlyMap<SessionMark, string>): Step[] {
  const steps: Step[] = [];
  let unsent: Buffer[] = [];
  const send = () => {
    if (unsent.length > 0) steps.push({ kind: 'send', bytes: Buffer.concat(unsent) });
    unsent = [];
  };
  const [first = '', ...rest] = named(input, sessions).split(COMMANDS);
  if (first !== '') unsent.push(bytesOf(counted(first)));
  for (let i = 0; i < rest.length; i += 2) {
    const [kind = '', byte = ''] = (rest[i] as string).split(' ');
    const text = rest[i + 1] as string;
    if (kind === 'wait' || kind === 'new' || kind === 'end') {
      send();
      steps.push({ kind });
    }
    if (kind === 'frame' || kind === 'bare')
      unsent.push(frame(Number.parseInt(byte, 16), bytesOf(text), kind === 'frame'));
    else if (text !== '') unsent.push(bytesOf(counted(text)));
  }
  send();
  return steps;
}

function named(input: string, sessions: ReadonlyMap<SessionMark, string>): string {
  let text = input;
  for (const [mark, id] of sessions) text = text.replaceAll(mark, id);
  return text;
}

function counted(text: string): string {
  const at = text.indexOf(LENGTH_MARK);
  if (at === -1) return text;
  const head = text.indexOf('\r\n\r\n', at);
  const length = head === -1 ? 0 : text.length - head - 4;
  return text.replace(LENGTH_MARK, String(length));
}

/** RFC 6455 §5.2. */
function frame(first: number, payload: Buffer, masked: boolean): Buffer {
  const { length } = payload;
  const size = length < 126 ? Buffer.of(length) : Buffer.of(126, length >> 8, length & 0xff);
  if (masked) size[0] = (size[0] as number) | 0x80;
  return Buffer.concat([Buffer.of(first), size, Buffer.alloc(masked ? 4 : 0), payload]);
}
