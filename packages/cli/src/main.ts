#!/usr/bin/env node
import { flushed } from './output.js';
import { run } from './program.js';

// A reader such as `head` may have enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// A client that failed may still have a timer.
process.exit();
