import type { Client } from '../../client/client.js';
import { open } from '../../client/open.js';
import { pause } from '../../context.js';
import { Failure } from '../../failure.js';
import type { Target } from '../../target.js';
import { Times } from './times.js';

export interface Plan {
  readonly connections: number;
  /** Seconds. */
  readonly duration: number;
  readonly event?: string;
  readonly args: readonly unknown[];
  /** Events in a second for each connection. */
  readonly rate?: number;
  readonly atOnce: number;
  readonly ack: boolean;
}

/** Connections that send events, and what came of them. */
export class Load {
  readonly connectTimes = new Times();
  readonly eventTimes = new Times();
  /** How often connecting has failed, by its reason. */
  readonly failures = new Map<string, number>();
  connected = 0;
  failed = 0;
  sent = 0;
  /** Acknowledged events. */
  done = 0;
  /** Events whose acknowledgement did not come. */
  lost = 0;
  received = 0;
  /** Connections that have ended before the end. */
  disconnected = 0;
  readonly #target: Target;
  readonly #plan: Plan;
  readonly #stop: AbortSignal;
  #started = 0;
  #ended = 0;
  #isOver = false;

  constructor(target: Target, plan: Plan, stop: AbortSignal) {
    this.#target = target;
    this.#plan = plan;
    this.#stop = stop;
  }

  /** Seconds of sending. */
  get elapsed(): number {
    return this.#started === 0 ? 0 : ((this.#ended || performance.now()) - this.#started) / 1000;
  }

  /** @throws Failure when no connection succeeds */
  async run(): Promise<void> {
    const clients = await this.#connectAll();
    try {
      this.#started = performance.now();
      const end = this.#started + this.#plan.duration * 1000;
      if (this.#plan.event === undefined) await pause(this.#plan.duration * 1000, this.#stop);
      else await Promise.all(clients.map((client) => this.#send(client, this.#plan.event ?? '', end)));
    } finally {
      this.#ended = performance.now();
      this.#isOver = true;
      await Promise.all(clients.map((client) => client.close()));
    }
  }

  async #connectAll(): Promise<Client[]> {
    const clients: Client[] = [];
    let left = this.#plan.connections;
    let first: Failure | undefined;
    const connectSome = async () => {
      while (left-- > 0 && !this.#stop.aborted) {
        const started = performance.now();
        try {
          clients.push(await this.#connect());
          this.connected++;
          this.connectTimes.add(performance.now() - started);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          first ??= error;
          this.failed++;
          this.failures.set(error.message, (this.failures.get(error.message) ?? 0) + 1);
          // Nothing works: the others would fail alike.
          if (clients.length === 0 && this.failed >= this.#plan.atOnce) left = 0;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#plan.atOnce }, connectSome));
    if (clients.length === 0 && first !== undefined) throw first;
    return clients;
  }

  #connect(): Promise<Client> {
    return open(this.#target, {
      event: () => void this.received++,
      close: () => {
        if (!this.#isOver) this.disconnected++;
      },
    });
  }

  /** With a rate, times count from when the event is due: a slow server cannot hide its delay by being sent less. */
  async #send(client: Client, event: string, end: number): Promise<void> {
    const { rate, ack, args } = this.#plan;
    if (rate === undefined) {
      while (performance.now() < end && !this.#stop.aborted) {
        if (!(await this.#call(client, event, args, performance.now()))) return;
      }
      return;
    }
    const interval = 1000 / rate;
    const open = new Set<Promise<unknown>>();
    let due = performance.now() + Math.random() * interval;
    for (; due < end && !this.#stop.aborted; due += interval) {
      const early = due - performance.now();
      if (early > 0) await pause(early, this.#stop);
      if (this.#stop.aborted) break;
      if (!ack) {
        client.send(event, args);
        this.sent++;
        continue;
      }
      const call = this.#call(client, event, args, due);
      open.add(call);
      void call.finally(() => open.delete(call));
    }
    await Promise.all(open);
  }

  /** @returns whether the acknowledgement has come */
  async #call(client: Client, event: string, args: readonly unknown[], started: number): Promise<boolean> {
    this.sent++;
    try {
      await client.call(event, args, this.#target.timeout);
      this.done++;
      this.eventTimes.add(performance.now() - started);
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.lost++;
      return false;
    }
  }
}
