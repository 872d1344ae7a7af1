import type { Server as HttpServer } from 'node:http';

/** The settings that a server under test starts with. */
export interface ServerSettings {
  /** Which of the behaviours in `servers/handlers.mjs` the scenario uses; only these are registered. */
  handlers: string[];
  /** The application does not need the HTTP request of a connection any more: the server may let go of it. */
  releaseRequest: boolean;
  /** Largest message accepted, in bytes. */
  maxPayload: number;
  /** Messages are compressed for clients that offer it. */
  deflate: boolean;
  /** Clients may come back for their socket, and for what they have missed. */
  recovery: boolean;
  /** Somebody subscribes to every diagnostics channel. */
  watched?: boolean;
  /** Observers of the server: `stopped` begins both and ends them, so that no channel has a subscriber. */
  observers?: 'prometheus' | 'opentelemetry' | 'stopped';
  /** A middleware puts something into an `AsyncLocalStorage`. */
  traced?: boolean;
  /** The URL of the Redis of a cluster. */
  redis?: string;
  /** Further options of sio. */
  options?: object;
}

/** Starts a server under test, one of `servers/index.mjs`: on an HTTP server, or on the `http` of what it returns. */
export type StartServer = (http: HttpServer, settings: ServerSettings) => unknown;

/** A row of the report: one scenario with one set of figures. */
export interface Variant {
  /** Distinguishes the rows of one scenario; empty when there is only one. */
  name: string;
  /** Operations before the measured window. */
  warmup: number;
  /** Parts that these are done in, each after a reset, as in the window; 1 by default. */
  warmupParts?: number;
  /** Operations (broadcasts, connections…) in the measured window. */
  count: number;
  /** Connections held open while measuring. */
  connections: number;
  /** Characters of payload, where a scenario sends any. */
  size?: number;
  /** The module to import, where importing is the work. */
  module?: string;
  /** Sorts of clients, where a scenario knows several. */
  kinds?: string[];
  /** The product's goal, as a ratio to socket.io; several metrics by name. */
  goals?: Record<string, number>;
  settings?: Partial<ServerSettings>;
  /** Flags for the Node that runs the server. */
  nodeOptions?: string[];
}

/** What `work` reports about one measured window. */
export interface Work {
  /** Operations completed: the CPU time is divided by this. */
  ops: number;
  /** Further figures seen from the client's side (milliseconds…), reported beside the CPU time. */
  seen?: Record<string, number>;
}

export interface LoadContext {
  port: number;
  variant: Variant;
}

/** How a scenario is measured. */
export type Method = 'cpu' | 'memory' | 'growth' | 'delay' | 'seen';

/** A scenario: `scenarios/<name>.mjs`. The load child runs prepare, work and finish. */
export interface Scenario<State = unknown> {
  name: string;
  title: string;
  /** The name of one operation. */
  op: string;
  method: Method;
  handlers: string[];
  variants: Variant[];
  /**
   * The servers instead of the usual ones; all are compared with the first: often one server in
   * several settings.
   */
  contestants?: Peer[];
  /** The report also says what this contestant costs as a share of what all others cost together. */
  versusSum?: string;
  /** Upper limit of rounds, for scenarios that are long and hardly vary. */
  maxRounds?: number;
  /** Parts into which a round's work is cut, so that the servers can take turns. */
  slices?: number;
  prepare(context: LoadContext): Promise<State>;
  work(state: State, count: number, context: LoadContext): Promise<Work>;
  /** Undoes, outside the measured window, what the last work left behind. */
  reset?(state: State): Promise<void> | void;
}

/** The figures of one round: metric name → value (µs, bytes, ms per operation). */
export type Figures = Record<string, number>;

/** A peer in the comparison. */
export interface Peer {
  name: string;
  title: string;
  /** Without `--servers`: plays what there are goals for. */
  standard?: boolean;
  /** Plays the rest too. */
  always?: boolean;
  /** Its name in `servers/index.mjs`, where that is another. */
  server?: string;
  settings?: Partial<ServerSettings>;
  /** How its clients differ. */
  load?: Partial<Variant>;
}

/** Everything measured for one row. */
export interface RowResult {
  scenario: string;
  variant: string;
  title: string;
  op: string;
  method: Method;
  goals: Record<string, number>;
  /** The servers; all others are compared with the first. */
  peers: Pick<Peer, 'name' | 'title'>[];
  versusSum?: string | undefined;
  /** peer → one entry per round */
  rounds: Record<string, Figures[]>;
  /** peer → why it has no figures */
  failures: Record<string, string>;
}

export interface Summary {
  median: number;
  min: number;
  max: number;
}
