import type { Emitter } from '../internal/events/lazy-emitter.js';
import { DeadlineQueue, QueuedDeadline } from '../internal/time/deadlines.js';
import type { Frame } from '../transport/frame.js';
import type { Transport, TransportOwner } from '../transport/transport.js';

/** A connection that may change its transport. */
export interface UpgradableConnection {
  readonly transport: Transport;
  readonly readyState: string;
  readonly engine: {
    readonly upgradeTimeout: DeadlineQueue;
    readonly upgradeTick: DeadlineQueue;
    /** The time that a client has to finish when the connection is about to end. */
    readonly farewell: DeadlineQueue;
  };
  /** The attempt that is under way. */
  upgrade: UpgradeAttempt | undefined;
  /** Undefined while nothing listens to the connection. */
  readonly _events: Emitter['_events'];
  emit(event: 'upgrading', transport: Transport): boolean;
  replaceTransport(transport: Transport): void;
  /** The attempt has failed by itself. */
  upgradeFailed(): void;
}

/** The frames of an upgrade, as the dialect writes them. */
export interface UpgradeFrames {
  /** First frame on the new transport … */
  readonly probe: string;
  /** … its answer … */
  readonly probed: string;
  /** … and the client's word that the old transport is quiet. */
  readonly commit: string;
  /** Ends a poll that is waiting, so that the client can fall silent. */
  readonly noop: string;
}

/**
 * A new transport on trial: until the client commits, the connection stays on the old one. Anything unexpected closes the
 * newcomer and leaves the connection as it was.
 */
export class UpgradeAttempt extends QueuedDeadline implements TransportOwner {
  readonly #conn: UpgradableConnection;
  readonly #transport: Transport;
  readonly #frames: UpgradeFrames;
  readonly #tick: NoopTick;
  #isProbed = false;

  constructor(conn: UpgradableConnection, transport: Transport, frames: UpgradeFrames) {
    super();
    this.#conn = conn;
    this.#transport = transport;
    this.#frames = frames;
    this.#tick = new NoopTick(conn, frames.noop);
    transport.owner = this;
    conn.upgrade = this;
    conn.engine.upgradeTimeout.arm(this);
  }

  onFrame(_transport: Transport, frame: Frame): void {
    // Frames that were on their way when we gave up: perhaps very many.
    if (this.#isOver) return;
    // Once is enough: a client that does not read would make us hold any number of answers.
    if (frame === this.#frames.probe && !this.#isProbed) this.#probed();
    else if (frame === this.#frames.commit && this.#conn.readyState !== 'closed') this.#commit();
    else this.#fail();
  }

  #probed(): void {
    this.#isProbed = true;
    this.#transport.sendAll([this.#frames.probed], false);
    if (this.#conn._events !== undefined) this.#conn.emit('upgrading', this.#transport);
    this.#tick.start();
  }

  #commit(): void {
    this.#stop();
    const { transport: old } = this.#conn;
    // A poll that came in meanwhile would hang until its client gives up.
    if (!old.streaming && old.writable) old.sendAll([this.#frames.noop], false);
    this.#conn.replaceTransport(this.#transport);
  }

  onWritable(): void {}

  onTransportClose(): void {
    if (this.#isOver) return;
    this.#stop();
    this.#conn.upgradeFailed();
  }

  override onDeadline(): void {
    this.#fail();
  }

  /** The client may have paused its old transport. */
  get isProbed(): boolean {
    return this.#isProbed;
  }

  /** The connection is about to end: the client has a moment to commit, and then learns of the end on the new transport. */
  hurry(): void {
    this.#conn.engine.farewell.arm(this);
  }

  #fail(): void {
    if (this.#isOver) return;
    this.cancel();
    this.#conn.upgradeFailed();
  }

  /** Ends the attempt; the connection goes on as before. A silent new transport would not answer a close either. */
  cancel(): void {
    if (this.#isOver) return;
    this.#stop();
    this.#transport.close();
    this.#transport.forceClose();
  }

  get #isOver(): boolean {
    return this.#conn.upgrade !== this;
  }

  #stop(): void {
    DeadlineQueue.cancel(this);
    DeadlineQueue.cancel(this.#tick);
    if (!this.#isOver) this.#conn.upgrade = undefined;
  }
}

/** Answers whatever poll is waiting, at once and then every 100 ms: a client may poll again before it sees our answer. */
class NoopTick extends QueuedDeadline {
  readonly #conn: UpgradableConnection;
  readonly #noop: string;

  constructor(conn: UpgradableConnection, noop: string) {
    super();
    this.#conn = conn;
    this.#noop = noop;
  }

  start(): void {
    this.onDeadline();
  }

  override onDeadline(): void {
    const { transport, engine, readyState } = this.#conn;
    if (readyState === 'closed') return;
    if (transport.writable && !transport.streaming) transport.sendAll([this.#noop], false);
    engine.upgradeTick.arm(this);
  }
}
