import { subscribe } from 'node:diagnostics_channel';
import { formatWithOptions } from 'node:util';
import { printable } from '../../internal/printable.js';
import type { DiagnosticMessages } from '../../namespace/events/diagnostic-messages.js';

type Channel = keyof DiagnosticMessages;
type Format<Name extends Channel> = (message: DiagnosticMessages[Name]) => readonly unknown[];

/** The parts of each message that are printed, after its socket. */
const LINES: { readonly [Name in Channel]: Format<Name> } = {
  'sio:connection': () => [],
  'sio:disconnection': ({ reason }) => [reason],
  'sio:event': ({ event, args, wantsAck }) => [event, args, ...(wantsAck ? ['wants an answer'] : [])],
  'sio:emit': ({ event, args }) => [event, args],
  'sio:broadcast': ({ event, args, rooms, except }) => [
    event,
    args,
    rooms.length === 0 ? 'to all' : ['to', ...rooms],
    ...(except.length === 0 ? [] : [['but', ...except]]),
  ],
  'sio:ack': ({ direction, event = 'an emit', args }) => [direction === 'in' ? '<-' : '->', event, args],
  'sio:error': ({ phase, event = '', error }) => [phase, event, error],
  'sio:refusal': (message) => {
    if (message.type === 'event') return [message.event ?? '', message.error.name, message.error.message];
    return [message.type, message.message];
  },
};

const FORMAT = { depth: 2, maxStringLength: 200, maxArrayLength: 20, breakLength: Number.POSITIVE_INFINITY };
let printing = false;

/**
 * Prints what happens to stderr, as `DEBUG=sio:*` asks for: names of channels, `*` for anything, `-name` to leave one out.
 * Without it nothing is subscribed to, and nothing costs anything. Once for a process, however many servers it has.
 */
export function printDebug(wanted: string | undefined): void {
  if (printing || wanted === undefined || !wanted.includes('sio')) return;
  const names = wanted.split(/[\s,]+/).filter(Boolean);
  for (const name of Object.keys(LINES) as Channel[]) {
    if (!isWanted(name, names)) continue;
    printing = true;
    subscribe(name, (message) => print(name, message as never));
  }
}

function isWanted(channel: string, names: readonly string[]): boolean {
  const left = names.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
  const matches = (pattern: string) => patternOf(pattern).test(channel);
  return names.some(matches) && !left.some(matches);
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[^\w:]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function print(name: Channel, message: DiagnosticMessages[Channel] & { socket?: { id: string } | undefined }): void {
  const { namespace = '', transport = '', generation = '' } = message as Partial<DiagnosticMessages['sio:connection']>;
  const where = [namespace, message.socket?.id, transport, generation].filter(Boolean);
  const line = (LINES[name] as Format<never>)(message as never).filter((part) => part !== '');
  const parts = [name, ...where, ...line].map((part) => (typeof part === 'string' ? printable(part) : part));
  // Errors have lines of their own, which begin with blanks: no name from a client can forge a line of ours.
  const lines = formatWithOptions(FORMAT, '', ...parts)
    .trimStart()
    .split('\n');
  process.stderr.write(`${lines.map(printable).join('\n    ')}\n`);
}
