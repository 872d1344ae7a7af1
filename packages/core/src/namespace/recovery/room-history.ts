/** A socket has entered or left a room. */
export interface RoomChange {
  readonly room: string;
  readonly joined: boolean;
  /** Number of the last packet before. */
  readonly after: number;
}

const NO_CHANGES: readonly RoomChange[] = Object.freeze([]);

/**
 * From which packet on a socket may ask for what it has missed, and how its rooms have changed since: a packet that was not for
 * it when it was sent is not for it afterwards. Most sockets enter their rooms at once and stay, which costs nothing here.
 */
export class RoomHistory {
  #changes: RoomChange[] | undefined = undefined;
  /** Number of a packet: what came after it can be had again. */
  since: number;

  constructor(since: number) {
    this.since = since;
  }

  /** Oldest first. */
  get changes(): readonly RoomChange[] {
    return this.#changes ?? NO_CHANGES;
  }

  /**
   * @param most changes that are remembered; a socket with more can only have back what comes later.
   * @param oldest number of the oldest packet in the log.
   */
  note(change: RoomChange, most: number, oldest: number): void {
    // Nothing has been sent since it came, so that its rooms may as well have been these from the start.
    if (change.after <= this.since) return;
    this.#changes ??= [];
    if (this.#changes.length >= most) this.#forget(change.after, most, oldest);
    if (change.after > this.since) this.#changes.push(change);
  }

  #forget(latest: number, most: number, oldest: number): void {
    this.#changes = this.changes.filter(({ after }) => after >= oldest);
    if (this.#changes.length < most / 2) return;
    this.#changes = [];
    this.since = latest;
  }
}
