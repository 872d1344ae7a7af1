import { spawn as spawnChild } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it, onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const { PATH, HOME } = process.env;

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sio-create-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the program without a terminal. */
async function create(cwd: string, ...args: string[]) {
  const child = spawnChild(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();

describe('npm create @sio', () => {
  it('writes an app according to flags, and prints the next steps', async () => {
    const folder = emptyFolder();
    const { code, output } = await create(folder, 'My Chat', '-f', 'koa', '-l', 'javascript');
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/cd My Chat\n {2}npm install\n {2}npm test\n {2}npm start\n$/),
    ]);
    const names = [
      '.dockerignore',
      '.gitignore',
      'Dockerfile',
      'README.md',
      'chat.js',
      'chat.test.js',
      'package.json',
      'server.js',
    ];
    expect(filesIn(join(folder, 'My Chat'))).toEqual(names);
    const manifest = JSON.parse(readFileSync(join(folder, 'My Chat/package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'my-chat', private: true, type: 'module' });
    expect(Object.keys(manifest.dependencies)).toEqual(['@sio/koa', 'koa']);
  });

  it('takes the defaults with --yes', async () => {
    const folder = emptyFolder();
    expect(await create(folder, '--yes')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'my-chat/src/server.ts'), 'utf8')).toContain("from '@sio/express'");
    expect(readFileSync(join(folder, 'my-chat/src/chat.ts'), 'utf8')).toContain("from '@sio/express'");
  });

  it('overwrites nothing', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(await create(folder, '.', '--yes')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^error: .* is not empty\. /),
    });
    expect(await create(folder, 'mine.txt', '--yes')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^error: .* is a file\. /),
    });
    expect(filesIn(folder)).toEqual(['mine.txt']);
  });

  it('reports missing and invalid arguments', async () => {
    const folder = emptyFolder();
    expect(await create(folder, 'app')).toMatchObject({
      code: 1,
      output: expect.stringContaining('Without a terminal'),
    });
    expect(await create(folder, 'app', '-f', 'nest', '-y')).toMatchObject({
      code: 1,
      output: expect.stringContaining('Allowed choices are express'),
    });
    expect(filesIn(folder)).toEqual([]);
  });

  it('asks on a terminal for the missing choices', async () => {
    const folder = emptyFolder();
    const terminal = onTerminal(folder, ['--framework', 'hapi']);
    await terminal.until('Folder');
    terminal.type('asked\r');
    await terminal.until('TypeScript');
    terminal.type('\u001b[B');
    await terminal.until('JavaScript');
    terminal.type('\r');
    expect(await terminal.exit).toBe(0);
    expect(readFileSync(join(folder, 'asked/src/server.js'), 'utf8')).toContain("from '@sio/hapi'");
  });

  it('writes nothing when ctrl-C ends the questions', async () => {
    const folder = emptyFolder();
    const terminal = onTerminal(folder, ['app']);
    await terminal.until('Framework');
    terminal.type('\u0003');
    expect(await terminal.exit).toBe(130);
    expect(existsSync(join(folder, 'app'))).toBe(false);
  });
});

function onTerminal(cwd: string, args: readonly string[]) {
  const pty = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { PATH, HOME, TERM: 'xterm' }, cols: 120 });
  const exit = new Promise<number>((resolve) => void pty.onExit(({ exitCode }) => resolve(exitCode)));
  onTestFinished(async () => {
    pty.kill('SIGKILL');
    await exit;
  });
  let seen = '';
  let look = () => {};
  pty.onData((text) => {
    seen += text;
    look();
  });
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        const at = seen.indexOf(text);
        if (at < 0) return;
        seen = seen.slice(at + text.length);
        look = () => {};
        resolve();
      };
      look();
    });
  return { exit, until, type: (text: string) => pty.write(text) };
}
