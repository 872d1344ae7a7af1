import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** How a server process has ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What `io.drain()` gave. */
  readonly drained: { readonly closed: number; readonly cut: number };
}

/** A server in a process of its own. */
export class ShopProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param store path of the file that orders are written to */
  static async start(store: string): Promise<ShopProcess> {
    const child = fork(new URL('../processes/shop.mjs', import.meta.url), [store], { execArgv: [] });
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new ShopProcess(child, port);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Ends it the way a process manager does. */
  async terminate(): Promise<End> {
    const told = once(this.#child, 'message') as Promise<[Pick<End, 'drained'>]>;
    const gone = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.kill('SIGTERM');
    const [code, signal] = await gone;
    if (code !== 0) return { code, signal, drained: { closed: 0, cut: 0 } };
    const [{ drained }] = await told;
    return { code, signal, drained };
  }
}
