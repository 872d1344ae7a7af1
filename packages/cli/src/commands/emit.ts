import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { Client } from '../client/client.js';
import { open } from '../client/open.js';
import { aborted, act, type Context, INTERRUPTED } from '../context.js';
import { Failure } from '../failure.js';
import { type ConnectionFlags, connectionOptions, readBytes, type Target, targetOf } from '../target.js';
import { jsonOf, parseValue } from '../values.js';

interface Flags extends ConnectionFlags {
  readonly ack: boolean;
  readonly lines: boolean;
}

export function addEmit(program: Command): void {
  const command = program
    .command('emit <url> <event> [args...]')
    .summary('send an event')
    .description(
      'Sends an event, and waits for its acknowledgement with --ack. An argument is JSON where it parses, else text; - reads stdin, @file sends the bytes of a file.',
    )
    .option('--ack', 'wait for the acknowledgement and print it', false)
    .option(
      '--lines',
      'send the event once for each line of stdin: a JSON array has all arguments, anything else is one',
      false,
    );
  connectionOptions(command).action((url: string, event: string, args: string[], flags: Flags) =>
    act(command, (context) => emit(context, targetOf(url, flags), event, args, flags)),
  );
}

async function emit(context: Context, target: Target, event: string, args: string[], flags: Flags): Promise<number> {
  const { output, stop } = context;
  if (flags.lines && args.length > 0) {
    throw new Failure('usage', 'With --lines the arguments come from stdin.', 'Leave out the others.');
  }
  // Read before the connection opens, so that a slow writer does not keep it idle.
  const values = flags.lines ? [] : await Promise.all(args.map(readArgument));
  let lose: (error: Failure) => void = () => {};
  const lost = new Promise<never>((_resolve, reject) => {
    lose = reject;
  });
  // It may end after everything is sent.
  lost.catch(() => {});
  const close = (reason: string) => lose(new Failure('disconnected', `${target.origin} disconnected: ${reason}.`));
  const client = await open(target, { event() {}, close });
  try {
    const work = flags.lines
      ? sendLines(context, client, event, flags)
      : sendOnce(context, client, event, values, flags);
    const sent = await Promise.race([work, lost, aborted(stop)]);
    if (sent === undefined) return INTERRUPTED;
    output.note(`sent ${sent} ${sent === 1 ? 'event' : 'events'} over ${client.transport}`);
    return 0;
  } finally {
    await client.close();
  }
}

async function sendOnce(
  { output }: Context,
  client: Client,
  event: string,
  args: readonly unknown[],
  flags: Flags,
): Promise<number> {
  if (!flags.ack) {
    client.send(event, args);
    output.value({ event, sent: 1 });
    return 1;
  }
  const ack = await client.call(event, args, flags.timeout);
  output.value({ event, sent: 1, ack });
  for (const each of ack) output.line(jsonOf(each));
  return 1;
}

async function sendLines({ output, stop }: Context, client: Client, event: string, flags: Flags): Promise<number> {
  let sent = 0;
  for await (const line of createInterface({ input: process.stdin, signal: stop })) {
    if (line.trim() === '') continue;
    const value = parseValue(line);
    const args = Array.isArray(value) ? value : [value];
    sent++;
    if (!flags.ack) {
      client.send(event, args);
      continue;
    }
    const ack = await client.call(event, args, flags.timeout);
    output.value({ event, line: sent, ack });
    output.line(ack.map(jsonOf).join(' '));
  }
  if (!flags.ack) output.value({ event, sent });
  return sent;
}

/** An argument of the command line. `-` is replaced by stdin, `@file` by the file, and `@@` by one `@` at the start of a text. */
async function readArgument(text: string): Promise<unknown> {
  if (text === '-') return parseValue((await readStdin()).trim());
  return fileOrValue(text);
}

/** JSON, a text, or the bytes of a file that is written as `@name`. */
export function fileOrValue(text: string): unknown {
  if (text.startsWith('@@')) return text.slice(1);
  return text.startsWith('@') && text.length > 1 ? readBytes(text.slice(1)) : parseValue(text);
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
