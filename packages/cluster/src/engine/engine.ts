import type { EngineLog } from './log.js';

/** Callbacks that an {@link EngineLink} calls. */
export interface EngineEvents {
  /**
   * Call it for each message of a subscribed topic. The receiver may keep the bytes.
   * @param position the position in the log, for messages of a log. @param place the place in histories of rooms, for messages that they contain.
   */
  message(payload: Buffer, position?: string, place?: string): void;
  /** Call it when the connection to the broker fails or is lost. The link reconnects by itself. */
  failed(error: unknown): void;
}

/**
 * The connection of one server to its broker. It reconnects by itself and restores its subscriptions. Every link receives the messages of
 * one other link in the order in which they were published, across topics.
 */
export interface EngineLink {
  /** Resolves when the link has connected for the first time. */
  connected(): Promise<unknown>;
  /** Sends a message to all links that subscribe to the topic, this one included. Rejects when the broker cannot be reached. */
  publish(topic: string, payload: Buffer): Promise<unknown> | undefined;
  /** Resolves when the broker has all published messages. Needed if {@link publish} resolves earlier. */
  flush?(): Promise<unknown>;
  /** Subscribes to a topic. Resolves when the broker has confirmed it: messages that are published from then on arrive. */
  subscribe(topic: string): Promise<unknown>;
  /** Ends a subscription. */
  unsubscribe(topic: string): Promise<unknown>;
  /** Logs and sessions that the broker stores; undefined if it stores nothing. */
  readonly log?: EngineLog | undefined;
  /** Sets a message that the broker publishes if this process ends without closing the link. Undefined if the broker cannot. */
  readonly will?: ((topic: string, payload: Buffer) => void) | undefined;
  /** Closes the connection. Messages that are already published still go out, for at most a second. */
  close(): Promise<void>;
}

/**
 * A broker. It only has to carry messages: requests between servers are messages to a server's own topic, so that they behave alike on
 * every broker.
 */
export interface ClusterEngine {
  /** The name in errors and statistics. */
  readonly name: string;
  /** The name of the network that it reaches, if engines of this kind can be on separate networks. */
  readonly network?: string | undefined;
  /** Whether an error of the link or of a call persists until settings change: wrong credentials, a missing permission, a refused certificate. */
  readonly isRefusal?: ((error: unknown) => boolean) | undefined;
  /**
   * Connects. Messages may be published immediately; a link that is not connected yet rejects or delays them.
   * @param prefix begins the names of all topics, logs, sessions and histories of this link.
   */
  open(events: EngineEvents, prefix?: string): EngineLink;
}
