import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from '../client/client.js';
import { open } from '../client/open.js';
import { aborted, act, type Context, pause } from '../context.js';
import { Failure } from '../failure.js';
import { type ConnectionFlags, collect, connectionOptions, count, positive, type Target, targetOf } from '../target.js';
import { fits, jsonOf, parseValue, plain } from '../values.js';

interface Flags extends ConnectionFlags {
  readonly room: readonly string[];
  readonly join: string;
  readonly event: readonly string[];
  readonly not: readonly string[];
  readonly where: readonly Condition[];
  readonly count?: number;
  readonly for?: number;
  readonly reconnect: boolean;
}

/** A value inside the arguments must be this. */
interface Condition {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Milliseconds before the first attempt to reconnect; doubled for each further one. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

export function addTail(program: Command): void {
  const command = program
    .command('tail <url>')
    .summary('print the events that come')
    .description('Prints every event that the server sends, until ctrl-C. With --json each is a line of JSON.')
    .option('-r, --room <name>', 'room to enter: sends the event of --join with its name; repeatable', collect, [])
    .option('--join <event>', 'event that makes the server add the client to a room', 'join')
    .option('-e, --event <pattern>', 'only events of this name, * stands for any text; repeatable', collect, [])
    .option('--not <pattern>', 'no events of this name; repeatable', collect, [])
    .option(
      '-w, --where <path=json>',
      'only events with this value, such as 0.user.name=Ada; repeatable',
      condition,
      [],
    )
    .option('-c, --count <n>', 'end after this number of events', count)
    .option('--for <seconds>', 'end after this time', positive)
    .option('--no-reconnect', 'end with an error when the connection is lost');
  connectionOptions(command).action((url: string, flags: Flags) =>
    act(command, (context) => tail(context, targetOf(url, flags), flags)),
  );
}

function condition(text: string, before: readonly Condition[]): readonly Condition[] {
  const [, path, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (path === undefined || value === undefined) throw new InvalidArgumentError('Use the form path=value.');
  return [...before, { path: path.split('.'), value: parseValue(value) }];
}

async function tail({ output, stop }: Context, target: Target, flags: Flags): Promise<number> {
  let seen = 0;
  const done = new AbortController();
  const end = AbortSignal.any([stop, done.signal]);
  const timer = flags.for === undefined ? undefined : setTimeout(() => done.abort(), flags.for * 1000);
  const show = (name: string, args: readonly unknown[]) => {
    if (end.aborted || !matches(name, args, flags)) return;
    const time = new Date().toISOString();
    output.value({ time, namespace: target.namespace, event: name, args });
    const { dim, bold } = output.colors;
    output.line(`${dim(time.slice(11, 23))} ${bold(plain(name))} ${args.map(jsonOf).join(' ')}`);
    if (++seen === flags.count) done.abort();
  };
  try {
    for (let attempt = 0; !end.aborted; ) {
      let client: Client | undefined;
      try {
        const lost = new Promise<string>((resolve) => {
          const opened = open(target, { event: show, close: resolve });
          opened.then(
            async (it) => {
              client = it;
              attempt = 0;
              output.note(`connected to ${target.origin}${target.namespace} over ${it.transport}`);
              for (const room of flags.room) it.send(flags.join, [room]);
            },
            (error: Error) => resolve(Promise.reject(error) as never),
          );
        });
        const reason = await Promise.race([lost, aborted(end)]);
        if (reason === undefined) break;
        if (!flags.reconnect) throw new Failure('disconnected', `${target.origin} disconnected: ${plain(reason)}.`);
        output.note(`disconnected: ${plain(reason)}`);
      } catch (error) {
        // An error of the first attempt is probably a mistake of the user.
        if (attempt === 0 && client === undefined && seen === 0) throw error;
        if (!flags.reconnect || !(error instanceof Failure)) throw error;
        output.note(error.message);
      } finally {
        await client?.close();
      }
      await pause(Math.min(FIRST_PAUSE * 2 ** attempt++, LONGEST_PAUSE), end);
    }
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

function matches(name: string, args: readonly unknown[], { event, not, where }: Flags): boolean {
  if (event.length > 0 && !event.some((pattern) => fits(pattern, name))) return false;
  if (not.some((pattern) => fits(pattern, name))) return false;
  return where.every(({ path, value }) => jsonOf(at(args, path)) === jsonOf(value));
}

/** The value at a path; undefined where it leads nowhere. */
function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
