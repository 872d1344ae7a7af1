import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import type { Server } from '@sio/core';

/** Clients left resources behind. */
export class LeakError extends Error {
  /** The class. */
  override readonly name = 'LeakError';
  /** The resources, one line each. */
  readonly leaks: readonly string[];

  constructor(leaks: readonly string[]) {
    super(`Disconnected clients left resources behind:\n${leaks.map((leak) => `  - ${leak}`).join('\n')}`);
    this.leaks = leaks;
  }
}

/** A timer of Node. */
interface RunningTimer {
  hasRef?(): boolean;
}

interface Noted {
  readonly timer: WeakRef<RunningTimer>;
  /** The code that started it. */
  readonly where: string;
}

const owner = new AsyncLocalStorage<TimerWatch>();

const hook = createHook({
  init(id, type, _trigger, timer) {
    if (type === 'Timeout') owner.getStore()?.started(id, timer);
  },
  destroy(id) {
    for (const watch of watches) watch.ended(id);
  },
});

const watches = new Set<TimerWatch>();

/** Timers started in the name of clients: their events and hooks run in an asynchronous context of their own. */
export class TimerWatch {
  readonly #running = new Map<number, Noted>();

  /** @internal */
  started(id: number, timer: RunningTimer): void {
    watches.add(this);
    this.#running.set(id, { timer: new WeakRef(timer), where: caller() });
  }

  /** @internal */
  ended(id: number): void {
    if (this.#running.delete(id) && this.#running.size === 0) watches.delete(this);
  }

  /** Records the timers that `run`, and everything that follows from it, starts. */
  note<Result>(run: () => Result): Result {
    hook.enable();
    return owner.run(this, run);
  }

  /** The places where running timers were started. A timer that does not keep the process alive is not a leak. */
  get running(): readonly string[] {
    return [...this.#running.values()]
      .filter(({ timer }) => timer.deref()?.hasRef?.() === true)
      .map(({ where }) => where);
  }
}

/** The first line of the stack that is neither Node's nor ours. */
function caller(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  const foreign = lines.find((line) => !/node:|@sio[\\/]testing|packages[\\/]testing[\\/](src|dist)/.test(line));
  return foreign?.trim().replace(/^at /, '') ?? 'an unknown place';
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The resources that a server still holds although no client is connected. */
export function leaksOf(io: Server, timers: TimerWatch): string[] {
  const leaks: string[] = [];
  for (const hub of io._nsps.values()) {
    if (hub.sockets.size > 0) leaks.push(`${counted(hub.sockets.size, 'socket')} in ${hub.name}`);
    for (const room of hub.adapter.rooms.keys()) leaks.push(`room ${JSON.stringify(room)} in ${hub.name}`);
  }
  if (io.engine.clientsCount > 0) leaks.push(counted(io.engine.clientsCount, 'connection'));
  if (io.tasks.running > 0) leaks.push(`${counted(io.tasks.running, 'task')} started by spawn()`);
  for (const where of timers.running) leaks.push(`a timer started at ${where}`);
  return leaks;
}
