import type { Command } from 'commander';
import { act, type Context } from '../../context.js';
import { Failure } from '../../failure.js';
import { type ConnectionFlags, connectionOptions, count, positive, type Target, targetOf } from '../../target.js';
import { fileOrValue } from '../emit.js';
import type { Load } from './load.js';
import { isLoopback } from './loopback.js';
import type { Summary } from './times.js';

interface Flags extends ConnectionFlags {
  readonly connections: number;
  readonly duration: number;
  readonly event?: string;
  readonly rate?: number;
  readonly atOnce: number;
  readonly ack: boolean;
  readonly allowRemote: boolean;
}

/** Milliseconds between two states of the progress bar. */
const REFRESH = 200;

export function addBench(program: Command): void {
  const command = program
    .command('bench <url> [args...]')
    .summary('put load on a server and measure it')
    .description(
      'Opens connections, sends events over each with the arguments, and measures their acknowledgements. Without --event it holds the connections only.',
    )
    .option('-c, --connections <n>', 'connections', count, 50)
    .option('-d, --duration <seconds>', 'time to send, once all are connected', positive, 10)
    .option('-e, --event <name>', 'event to send; its handler should acknowledge it')
    .option(
      '-r, --rate <n>',
      'events in a second for each connection; by default the next follows the acknowledgement',
      positive,
    )
    .option('--at-once <n>', 'connections that are opened at the same time', count, 20)
    .option('--no-ack', 'send without waiting for acknowledgements; needs --rate')
    .option('--allow-remote', 'allow a server on another machine, which must be yours', false);
  connectionOptions(command).action((url: string, args: string[], flags: Flags) =>
    act(command, (context) => bench(context, targetOf(url, flags), args, flags)),
  );
}

async function bench(context: Context, target: Target, args: readonly string[], flags: Flags): Promise<number> {
  if (!flags.ack && flags.rate === undefined) {
    throw new Failure('usage', '--no-ack sends without an end unless --rate bounds it.', 'Add --rate.');
  }
  if (!flags.allowRemote && !(await isLoopback(target.origin))) {
    throw new Failure(
      'not_loopback',
      `${target.origin} is another machine, and this command puts load on it.`,
      'If it is yours, add --allow-remote.',
    );
  }
  // Loaded here, so that the other commands start sooner.
  const { Load } = await import('./load.js');
  const load = new Load(target, { ...flags, args: args.map(fileOrValue) }, context.stop);
  const bar = await progressBar(context, load, flags);
  try {
    await load.run();
  } finally {
    bar?.stop();
  }
  report(context, load);
  if (context.stop.aborted) return 130;
  return load.failures.size === 0 && load.lost === 0 && load.disconnected === 0 ? 0 : 1;
}

/** On stderr, and on a terminal only. */
async function progressBar(
  { output }: Context,
  load: Load,
  { connections, duration }: Flags,
): Promise<{ stop(): void } | undefined> {
  if (output.json || process.stderr.isTTY !== true) return undefined;
  const { SingleBar } = (await import('cli-progress')).default;
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {connected} connected, {answered} events',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    barsize: 30,
  });
  const state = () => ({ connected: load.connected, answered: load.done });
  // Half of the bar for connecting, half for sending.
  const total = 100;
  bar.start(total, 0, state());
  const timer = setInterval(() => {
    const part = (load.connected + load.failed) / connections / 2 + Math.min(load.elapsed / duration, 1) / 2;
    bar.update(Math.floor(part * total), state());
  }, REFRESH);
  return {
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function report({ output }: Context, load: Load): void {
  const { connected, failed, failures, done, sent, received, lost, disconnected, elapsed } = load;
  const connectTimes = load.connectTimes.summary();
  const eventTimes = load.eventTimes.summary();
  output.value({
    connections: { connected, failed, disconnected, errors: Object.fromEntries(failures), milliseconds: connectTimes },
    events: {
      sent,
      acknowledged: done,
      received,
      lost,
      seconds: elapsed,
      perSecond: rateOf(done, elapsed),
      milliseconds: eventTimes,
    },
  });
  const { bold, red } = output.colors;
  output.line(
    `${bold('connections')}  ${connected} connected${failed > 0 ? red(`, ${failed} failed`) : ''}${disconnected > 0 ? red(`, ${disconnected} lost`) : ''}`,
  );
  for (const [message, number] of failures) output.line(`  ${number}×  ${message}`);
  if (connectTimes !== undefined) output.line(`  ${lineOf(connectTimes)}`);
  if (sent > 0 || received > 0) {
    output.line(
      `${bold('events')}  ${sent} sent, ${done} acknowledged, ${received} received${lost > 0 ? red(`, ${lost} not acknowledged`) : ''} in ${elapsed.toFixed(1)} s: ${rateOf(done > 0 ? done : sent, elapsed)} a second`,
    );
  }
  if (eventTimes === undefined) return;
  output.line(`  ${lineOf(eventTimes)}`);
  output.line();
  for (const line of load.eventTimes.bars()) output.line(`  ${line}`);
}

const rateOf = (events: number, seconds: number): number => (seconds > 0 ? Math.round(events / seconds) : 0);

function lineOf({ min, mean, p50, p90, p99, p999, max }: Summary): string {
  const values = { min, mean, p50, p90, p99, 'p99.9': p999, max };
  return `${Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ')}  ms`;
}
