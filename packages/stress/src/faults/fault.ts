import type { Socket } from 'node:net';

/** A proxied connection, as a fault sees it. */
export interface FaultyLink {
  readonly client: Socket;
  readonly server: Socket;
  readonly network: { pace: number | undefined; silence(): void };
  hold(): void;
  release(): void;
  destroy(): void;
}

/** The fault that begins once the network has seen a number of chunks. */
export interface Fault {
  /** The step at which it happens: the how many-th chunk, in either direction, counted from 0. */
  readonly at: number;
  readonly strike: Strike;
}

/** Done instead of passing the chunk on. @param upwards whether it was on its way to the server */
export type Strike = (link: FaultyLink, chunk: Buffer, pass: (bytes: Buffer) => void, upwards: boolean) => void;
