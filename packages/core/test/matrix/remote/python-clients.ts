import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ConnectOptions } from '@sio/test-kit';
import type { ConnectOrder, News, Order } from './orders.js';
import { EVENTS, RemoteClients } from './remote-client.js';

const AGENT = fileURLToPath(new URL('python_agent.py', import.meta.url));

/** A process with clients of python-socketio in it. */
export class PythonClients extends RemoteClients {
  readonly #process: ChildProcessWithoutNullStreams;

  /** @param python interpreter of an environment that has the package. */
  constructor(version: string, python: string, way: 'sync' | 'asyncio') {
    super(version);
    this.#process = spawn(python, ['-X', 'utf8', AGENT, way, ...EVENTS]);
    createInterface(this.#process.stdout).on('line', (line) => this.hear([JSON.parse(line) as News]));
    this.#process.stderr.pipe(process.stderr);
  }

  protected override prepare(url: string, options: ConnectOptions): Pick<ConnectOrder, 'url' | 'options'> {
    return { url, options: { ...options } };
  }

  protected override async carryOut(orders: readonly Order[]): Promise<void> {
    this.#process.stdin.write(orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
