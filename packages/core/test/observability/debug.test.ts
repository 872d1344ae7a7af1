import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('fixtures/one-event.mjs', import.meta.url));

/** The stderr of a server that serves one client. */
async function printed(debug: string | undefined): Promise<string[]> {
  const { DEBUG: _, ...env } = process.env;
  const { stderr } = await run(process.execPath, [program], {
    env: debug === undefined ? env : { ...env, DEBUG: debug },
  });
  return stderr.split('\n').filter((line) => line.startsWith('sio:'));
}

test('DEBUG=sio:* prints what happens, with namespace, socket, transport and protocol version', async () => {
  const lines = await printed('other,sio:*');
  const where = String.raw`\/chat [\w-]{20} websocket eio4`;
  expect(lines.map((line) => line.replace(/[\w-]{20}/, 'ID'))).toEqual([
    'sio:connection /chat ID websocket eio4',
    "sio:event /chat ID websocket eio4 say [ 'hello' ] wants an answer",
    "sio:emit /chat ID websocket eio4 said [ 'hello' ]",
    "sio:ack /chat ID websocket eio4 -> say [ 'ok' ]",
    'sio:event /chat ID websocket eio4 nonsense [] wants an answer',
    expect.stringMatching(/^sio:ack .* -> nonsense /),
    'sio:refusal /chat ID websocket eio4 nonsense no_such_method The method "nonsense" was not found',
    expect.stringMatching(/^sio:disconnection /),
  ]);
  expect(lines[0]).toMatch(new RegExp(`^sio:connection ${where}$`));
});

test('DEBUG chooses what is printed', async () => {
  const kinds = async (debug: string) => (await printed(debug)).map((line) => line.split(' ', 1)[0]);
  expect(await kinds('sio:connection')).toEqual(['sio:connection']);
  expect(new Set(await kinds('sio:*,-sio:e*'))).toEqual(
    new Set(['sio:connection', 'sio:ack', 'sio:refusal', 'sio:disconnection']),
  );
});

test('without DEBUG nothing is printed', async () => {
  expect(await printed(undefined)).toEqual([]);
  expect(await printed('express:*')).toEqual([]);
});

test('names from clients reach the terminal escaped: no control sequence, no line of their own', async () => {
  const { DEBUG: _, ...env } = process.env;
  const program = fileURLToPath(new URL('fixtures/hostile-names.mjs', import.meta.url));
  for (const DEBUG of ['sio:*', '']) {
    const { stderr } = await run(process.execPath, [program], { env: { ...env, DEBUG } });
    expect(stderr).toContain('fail\\x1b[2J\\nsio:forged by an event');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(stderr).not.toMatch(/^sio:forged by (?:an event|a namespace)/m);
  }
});
