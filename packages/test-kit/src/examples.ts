/**
 * Examples as their users start them, and people in browsers before them.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);

export interface ProgramOptions {
  /** Its working directory. Default: the folder of the file. */
  readonly cwd?: string;
  /** Variables beside those of the test run. `PORT` is 0 unless it is here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The program that runs the file. Default: Node. */
  readonly command?: string;
}

/** A server in a process of its own. */
export interface Program {
  /** Where it listens, as its first line with a URL says. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it as a process manager does. @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a server, and waits until it prints its URL. It ends with the test.
 *
 * @throws Error with what it wrote to stderr, when it ends before
 */
export async function startProgram(file: string | URL, options: ProgramOptions = {}): Promise<Program> {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  const child = spawn(options.command ?? process.execPath, [path, ...(options.args ?? [])], {
    cwd: options.cwd ?? fileURLToPath(new URL('.', `file://${path}`)),
    env: { ...process.env, PORT: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const [code] = await gone;
    return code;
  };
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL');
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\/\/[^\s]+/.exec(line)?.[0];
    // Later lines are read and dropped, so that a full pipe does not stop the program.
    child.stdout.resume();
    if (url !== undefined) return { url, process: child, stop };
  }
  throw new Error(`${path} ended without listening: ${errors}`);
}

/**
 * Runs a program that listens on a port of its own choice on a free port instead. Its server ends with the test.
 *
 * @param program imports it. Load the packages that it uses before, so that it starts quickly.
 * @returns host and port, such as `127.0.0.1:41233`
 */
export async function startSample(program: () => Promise<unknown>): Promise<string> {
  const listen = Server.prototype.listen as (...args: unknown[]) => Server;
  const started = new Promise<Server>((resolve) => {
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
      resolve(this);
      return listen.call(this, 0, '127.0.0.1');
    } as never);
  });
  await program();
  const server = await started;
  vi.restoreAllMocks();
  if (!server.listening) await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Visitor {
  readonly page: Page;
  /** Exceptions of the page and errors in its console. */
  readonly problems: string[];
}

/** Opens a page in a browser context of its own, which ends with the test. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // A client that leaves may have a poll under way, which is then told that its session has ended.
    const isLatePoll = message.location().url.includes('transport=polling') && message.text().includes('status of 400');
    if (message.type() === 'error' && !isLatePoll) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}

/** Size of a phone's screen in CSS pixels. */
export const PHONE = { width: 375, height: 667 } as const;

/** How many CSS pixels of the page do not fit beside each other at the width of a phone: 0 where no reader has to scroll sideways. */
export async function overflowOnPhone(page: Page): Promise<number> {
  const before = page.viewportSize();
  await page.setViewportSize(PHONE);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (before !== null) await page.setViewportSize(before);
  return overflow;
}

/** Writes `docs/screenshots/<name>.png`, where the environment says `SIO_SCREENSHOTS=1`: the pictures of the documents. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env.SIO_SCREENSHOTS !== '1') return;
  const folder = fileURLToPath(new URL('docs/screenshots/', ROOT));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png` });
}
