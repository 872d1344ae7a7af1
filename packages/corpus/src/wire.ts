import type { WebSocket } from 'ws';
import { PATIENCE } from './target.js';

/** One WebSocket of an attacker, and what came over it. */
export class Wire {
  readonly ws: WebSocket;
  readonly received: string[] = [];
  /** Bytes of the reason in the close frame. */
  reason: Buffer = Buffer.alloc(0);
  readonly closed: Promise<void>;
  #isClosed = false;
  #wake: (() => void)[] = [];

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => {});
    ws.on('message', (data: Buffer, binary: boolean) => {
      this.received.push(binary ? `<${data.toString('hex')}>` : data.toString());
      for (const wake of this.#wake.splice(0)) wake();
    });
    this.closed = new Promise((resolve) => {
      ws.once('close', (_code, reason) => {
        this.reason = reason;
        this.#isClosed = true;
        for (const wake of this.#wake.splice(0)) wake();
        resolve();
      });
    });
  }

  send(...frames: (string | Buffer)[]): void {
    for (const frame of frames) this.ws.send(frame, () => {});
  }

  /** The next frame that matches, what came before included. @throws Error when none comes in time */
  async until(pattern: RegExp): Promise<string> {
    const deadline = performance.now() + PATIENCE;
    for (let at = 0; ; at++) {
      while (at >= this.received.length) await this.#more(deadline, pattern);
      const frame = this.received[at] as string;
      if (pattern.test(frame)) return frame;
    }
  }

  async #more(deadline: number, pattern: RegExp): Promise<void> {
    if (this.#isClosed) throw new Error(`closed before ${pattern}`);
    if (performance.now() > deadline) throw new Error(`no frame matched ${pattern}`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadline - performance.now() + 1);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Whether the server ends the connection soon. */
  async isClosed(patience = PATIENCE): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.closed, late]);
    clearTimeout(timer);
    return this.#isClosed;
  }

  end(): void {
    this.ws.terminate();
  }
}
