import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Program, type ProgramOptions, startProgram } from '@sio/test-kit/examples';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { onTestFinished } from 'vitest';

const START = new URL('../../start.mjs', import.meta.url);

/** Starts the program of a page, as `npm start -- how-to <name>` does. */
export function startHowTo(name: string, env: ProgramOptions['env'] = {}): Promise<Program> {
  return startProgram(START, { args: [name], env: env ?? {} });
}

/** Runs a program that is not a server. It ends with the test. */
export function runHowTo(name: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(START), name], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A client that leaves with the test; connected, unless the server refuses it. */
export async function open(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
  return opened(io(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options }));
}

/** Waits until a client is connected. It leaves with the test. */
export async function opened(socket: Socket): Promise<Socket> {
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}

/** The arguments of the next event of this name. */
export function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args: unknown[]) => resolve(args)));
}

/** Posts JSON. @returns the answer, with the cookies that it sets as a header of a request */
export async function post(url: string, body: object = {}, cookie = '') {
  const headers = { 'content-type': 'application/json', cookie };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
  return { status: answer.status, text: await answer.text(), cookie: cookies.join('; ') || cookie };
}
