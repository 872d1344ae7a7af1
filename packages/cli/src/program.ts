import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAsyncApi } from './commands/asyncapi.js';
import { addBench } from './commands/bench/bench.js';
import { addConnect } from './commands/connect/connect.js';
import { addDoctor } from './commands/doctor/doctor.js';
import { addEmit } from './commands/emit.js';
import { addTail } from './commands/tail.js';
import { Failure } from './failure.js';
import { Output } from './output.js';

/**
 * Runs a command line, and sets the exit code of the process.
 *
 * @param args without those of Node
 */
export async function run(args: readonly string[]): Promise<void> {
  const program = makeProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = 1;
    // Commander has printed its own errors, and the help, already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else if (error instanceof Failure) new Output(flagsOf(args)).failure(error);
    else throw error;
  }
}

function makeProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('sio')
    .description('Talks to Socket.IO servers of any version.')
    .version(version)
    .option('--json', 'print results as JSON, for programs')
    .option('--no-color', 'print without colors, as without a terminal')
    .showHelpAfterError('(sio <command> --help tells more)')
    .exitOverride();
  for (const add of [addConnect, addEmit, addTail, addDoctor, addBench, addAsyncApi]) add(program);
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.option('--json', 'print results as JSON, for programs');
    command.option('--no-color', 'print without colors, as without a terminal');
    command.exitOverride().showHelpAfterError('(sio <command> --help tells more)');
  }
  return program;
}

/** A failure can occur before the options of its command are read. */
const flagsOf = (args: readonly string[]) => ({
  json: args.includes('--json'),
  color: !args.includes('--no-color'),
});
