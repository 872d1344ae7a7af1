/** Answers an event whose sender waits for it. */
export type Answer = (...args: unknown[]) => void;

export interface ClientEvents {
  /** `answer` is there when the server waits for an acknowledgement. */
  event(name: string, args: readonly unknown[], answer: Answer | undefined): void;
  /** The connection has ended, by either side. */
  close(reason: string): void;
}

/** A connection to a namespace, over any version of the protocol. */
export interface Client {
  /** The socket id, if the protocol version sends it. */
  readonly id: string | undefined;
  /** Of the moment: `polling` or `websocket`. */
  readonly transport: string;
  /** Sends an event without asking for an acknowledgement. */
  send(event: string, args: readonly unknown[]): void;
  /**
   * Sends an event, and resolves with the arguments of its acknowledgement.
   *
   * @throws Failure if no acknowledgement comes in time, or the connection ends first
   */
  call(event: string, args: readonly unknown[], timeout: number): Promise<readonly unknown[]>;
  /** Sends what waits, then disconnects. Resolves when the connection is closed. */
  close(): Promise<void>;
}
