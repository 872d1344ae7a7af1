import type { EngineLog } from './log.js';

/** The events of a link, for its owner. */
export interface EngineEvents {
  /**
   * A message has come, on any subscribed topic. The bytes belong to the receiver.
   * @param position of a message that came by way of a log. @param place of one that histories of rooms have.
   */
  message(payload: Buffer, position?: string, place?: string): void;
  /** The connection to the broker is lost, or reports an error. The link comes back by itself. */
  failed(error: unknown): void;
}

/**
 * The connection of one server to its broker. After a loss it comes back by itself, with all its subscriptions. Messages that
 * one link publishes arrive in that order at every other link, whatever their topics.
 */
export interface EngineLink {
  /** Resolves when the broker has been reached for the first time: from then on messages can be published. */
  connected(): Promise<unknown>;
  /** Sends a message to all links that subscribe to the topic, this one included. Rejects when the broker cannot be reached. */
  publish(topic: string, payload: Buffer): Promise<unknown> | undefined;
  /** Resolves when the broker has all that was published. Needed where {@link publish} resolves earlier. */
  flush?(): Promise<unknown>;
  /** Resolves when the broker has confirmed: messages published from then on arrive. */
  subscribe(topic: string): Promise<unknown>;
  /** Ends a subscription. */
  unsubscribe(topic: string): Promise<unknown>;
  /** Logs and sessions that the broker keeps; undefined where it keeps nothing. */
  readonly log?: EngineLog | undefined;
  /** Sets a message that is published when this process ends without closing the link. Undefined where nothing tells. */
  readonly will?: ((topic: string, payload: Buffer) => void) | undefined;
  /** Ends the connection. Messages published before go out, if the broker takes it within a second. */
  close(): Promise<void>;
}

/**
 * A broker. Questions between servers need no engine: they are messages to a server's own topic, so that they behave alike on
 * every broker.
 */
export interface ClusterEngine {
  /** As it appears in errors and statistics. */
  readonly name: string;
  /** Names the processes that it reaches, where several of its kind do not reach each other. */
  readonly network?: string | undefined;
  /** Connects. Messages may be published at once; a link that is not connected yet rejects or delays them. */
  open(events: EngineEvents): EngineLink;
}
