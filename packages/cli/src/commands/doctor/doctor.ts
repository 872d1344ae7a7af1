import type { Command } from 'commander';
import { act, type Context, INTERRUPTED } from '../../context.js';
import { Failure } from '../../failure.js';
import type { Colors } from '../../output.js';
import { type ConnectionFlags, connectionOptions, count, type Target, targetOf } from '../../target.js';
import { plain } from '../../values.js';
import { address, certificate, clock, handshake, heartbeat, latency, versions } from './basics.js';
import { compression, cors, guessPath, namespace, origin, stickiness, upgrade, webSocket } from './connections.js';
import { type Check, type Facts, type Finding, failed, type Status } from './report.js';

interface Flags extends ConnectionFlags {
  readonly sessions: number;
}

/** In this order: each knows what the ones before have found. */
const CHECKS: readonly Check[] = [
  address,
  handshake,
  certificate,
  versions,
  webSocket,
  upgrade,
  stickiness,
  namespace,
  origin,
  cors,
  compression,
  heartbeat,
  clock,
  latency,
];

/** The checks that all others require. */
const NEEDED = new Set(['address', 'handshake']);

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor <url>')
    .summary('check a server, and what is in front of it')
    .description(
      'Checks a server from outside, and says what to do about what is wrong. The exit code is 1 if a check fails.',
    )
    .option('--sessions <n>', 'sessions to open for the check of stickiness', count, 5);
  connectionOptions(command).action((url: string, flags: Flags) =>
    // The origin is that of a page that should be able to connect. Only its own check sends it.
    act(command, (context) => doctor(context, targetOf(url, withoutOrigin(flags)), flags)),
  );
}

function withoutOrigin({ origin: _, ...flags }: Flags): ConnectionFlags {
  return flags;
}

async function doctor({ output, stop }: Context, target: Target, flags: Flags): Promise<number> {
  const facts: Facts = { target, origin: flags.origin, sessions: flags.sessions };
  const findings: (Finding & { readonly id: string })[] = [];
  output.line(output.colors.bold(`${target.origin}${target.path}, namespace ${target.namespace}`));
  for (const check of CHECKS) {
    if (stop.aborted) return INTERRUPTED;
    const finding = await look(check, facts);
    findings.push({ id: check.id, ...finding });
    for (const line of linesOf(check.id, finding, output.colors)) output.line(line);
    if (finding.status === 'failed' && NEEDED.has(check.id)) break;
  }
  const number = (status: Status) => findings.filter((each) => each.status === status).length;
  const healthy = number('failed') === 0;
  output.value({ url: target.origin + target.path, namespace: target.namespace, healthy, checks: findings });
  output.line(
    `${number('failed')} failed, ${number('warning')} ${number('warning') === 1 ? 'warning' : 'warnings'}, ${number('ok')} ok`,
  );
  return healthy ? 0 : 1;
}

async function look(check: Check, facts: Facts): Promise<Finding> {
  try {
    return await check.run(facts);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const path = error.code === 'wrong_path' || error.code === 'not_socket_io' ? await guess(facts) : undefined;
    return failed(
      error.message,
      path === undefined ? error.remedy : `A Socket.IO server is at ${path}: use --path ${path}.`,
    );
  }
}

/** Only a hint: it may fail as everything did. */
const guess = (facts: Facts) => guessPath(facts).catch(() => undefined);

const LABELS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  info: 'info',
  warning: 'warning',
  failed: 'FAILED',
  skipped: 'skipped',
};

function linesOf(id: string, { status, text, remedy }: Finding, colors: Colors): string[] {
  const paint = {
    ok: colors.green,
    info: colors.cyan,
    warning: colors.yellow,
    failed: colors.red,
    skipped: colors.dim,
  }[status];
  const lines = [`${paint(LABELS[status].padEnd(8))} ${id.padEnd(12)} ${plain(text)}`];
  if (remedy !== undefined) lines.push(`${' '.repeat(9)}${' '.repeat(12)} → ${remedy}`);
  return lines;
}
