import type { Command } from 'commander';
import { open } from '../../client/open.js';
import { act, type Context } from '../../context.js';
import { type ConnectionFlags, connectionOptions, type Target, targetOf } from '../../target.js';
import type { KnownEvent } from './asyncapi-events.js';
import { Dialogue } from './dialogue.js';

interface Flags extends ConnectionFlags {
  readonly asyncapi?: string;
}

export function addConnect(program: Command): void {
  const command = program
    .command('connect <url>')
    .summary('talk to a server line by line')
    .description(
      'Opens a prompt: each line sends an event, and events that come are printed. .help lists what else it takes.',
    )
    .option('--asyncapi <file or url>', 'AsyncAPI 3 document whose events the tab key completes');
  connectionOptions(command).action((url: string, flags: Flags) =>
    act(command, (context) => connect(context, targetOf(url, flags), flags)),
  );
}

async function connect(context: Context, target: Target, flags: Flags): Promise<number> {
  const known: readonly KnownEvent[] =
    flags.asyncapi === undefined
      ? []
      : await (await import('./asyncapi-events.js')).readEvents(flags.asyncapi, target.namespace, target);
  const dialogue = new Dialogue(context, target, known);
  const client = await open(target, dialogue);
  return dialogue.run(client);
}
