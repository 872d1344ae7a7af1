import type { OutboundPacket, RewindingSocket } from '@sio/core/adapter';
import type { Frame } from '../wire/frame.js';

/** A message that arrives while a room's history is read. */
export interface Pending {
  readonly frame: Frame;
  readonly offset: string;
  readonly outbound: OutboundPacket;
}

/** A socket that joins a room and gets its history first. */
export class Joining {
  readonly socket: RewindingSocket;
  readonly room: string;
  /** The number of the message that marks the place; undefined before the history is read. */
  mark: number | undefined;
  /** It has left the room before it was in. */
  left = false;
  #pending: Pending[] = [];
  #settle: (marked: boolean) => void = () => {};

  constructor(socket: RewindingSocket, room: string) {
    this.socket = socket;
    this.room = room;
  }

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  /** The history is read from here. @returns whether the mark comes back. */
  begin(mark: number): Promise<boolean> {
    this.mark = mark;
    this.#pending = [];
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Called when the mark arrives. */
  found(): void {
    this.#settle(true);
  }

  /** Called when the mark will not arrive. */
  giveUp(): void {
    this.#settle(false);
  }

  add(pending: Pending): void {
    if (this.mark !== undefined && pending.frame.header.r?.includes(this.room) === true) this.#pending.push(pending);
  }

  /**
   * The messages that come behind a history. Those of this server that are on their way have no place yet.
   * @param place of the mark. Brokers may tell it before messages of lower places, or behind those of higher ones.
   */
  behind(place: string): readonly Pending[] {
    return this.#pending.filter(({ frame }) => frame.place === undefined || frame.place > place);
  }
}
