import type { Duplex } from 'node:stream';
import type { Adapter, BroadcastOptions } from 'socket.io-adapter';
import type { SessionRouter } from '../../internal/http/session-router.js';
import type { RecoveryPolicy } from '../contracts.js';
import type { ErrorContext } from '../events/reporter.js';
import type { HistoryPolicy } from '../history/history-rules.js';
import type { RecoveryGap } from '../recovery/recovery-session.js';
import type { AdapterEncoder } from './encoder.js';

/**
 * A server's connection to the others: `up`, `degraded` (another server is silent, or a subscription is unproven) or
 * `down` (the broker does not answer).
 */
export type ClusterState = 'up' | 'degraded' | 'down';

/** A server of a cluster. */
export interface ClusterNode {
  /** Its id, which is new at every start. */
  readonly id: string;
  /** The name that the operator gave it. */
  readonly name: string;
  /** It has sent no heartbeat for a while, but still counts as a member. */
  readonly silent: boolean;
}

/** Figures of one server. */
export interface NodeStats {
  /** The id of the server. */
  readonly id: string;
  /** The name of the server. */
  readonly name: string;
  /** The state of the server's connection to the others. */
  readonly state: ClusterState;
  /** Connections of clients. */
  readonly connections: number;
  /** Sockets in all namespaces. */
  readonly sockets: number;
  /** Resident set, in bytes. */
  readonly memory: number;
  /** Seconds. */
  readonly uptime: number;
  /** Messages that were published. */
  readonly published: number;
  /** Messages of other servers. */
  readonly received: number;
  /** Messages that did not reach the broker. */
  readonly lost: number;
  /** Topics that the server subscribes to. */
  readonly subscriptions: number;
}

/** Figures of a cluster. */
export interface ClusterStats {
  /** One for each server that answered, the asking one first. */
  readonly nodes: NodeStats[];
  /** Names of the servers that did not. */
  readonly silent: string[];
}

/** The other servers, as `io.cluster` shows them. */
export interface ClusterView {
  /** The id of this server. */
  readonly id: string;
  /** The state of this server's connection to the others. */
  readonly state: ClusterState;
  /** Why the broker is away, or does not take what this server asks for; undefined while it does, and until the reason is known. */
  readonly reason?: Error | undefined;
  /** The other servers. */
  readonly nodes: readonly ClusterNode[];
  /** Resolves to figures of all servers that answer, with the names of those that do not. */
  stats(): Promise<ClusterStats>;
  /**
   * With state recovery: resolves when the broker keeps all events that this server has emitted so far, and all rooms of its sockets.
   * Rejects when one of these events is lost for clients that come back. Call it in the turn in which the event was emitted.
   */
  stored(): Promise<void>;
  /** Adds a listener of `state`, which gets the new and the previous state. */
  on(event: 'state', listener: (state: ClusterState, before: ClusterState) => void): unknown;
  /** Adds a listener of `failed`, called when the broker is unreachable or refuses a call: with each reason once, until the broker answers again. */
  on(event: 'failed', listener: (reason: Error) => void): unknown;
  /** Adds a listener, called when another server has joined, is silent, is heard again, or has left. */
  on(event: 'joined' | 'silent' | 'heard' | 'left', listener: (node: ClusterNode) => void): unknown;
  /** Removes a listener of `state`. */
  off(event: 'state', listener: (state: ClusterState, before: ClusterState) => void): unknown;
  /** Removes a listener of `failed`. */
  off(event: 'failed', listener: (reason: Error) => void): unknown;
  /** Removes a listener of a server's coming and going. */
  off(event: 'joined' | 'silent' | 'heard' | 'left', listener: (node: ClusterNode) => void): unknown;
}

/** The result of `fetchSockets({ partial: true })`: the sockets of the servers that answered, and the names of those that did not. */
export interface ReachableSockets<Socket> {
  /** The sockets that were found. */
  readonly sockets: Socket[];
  /** Names of the servers that did not answer in time. */
  readonly silent: string[];
}

/** The result of an adapter's `restoreSession` that does not restore the session, with the reason. */
export interface GapInHistory {
  readonly gap: RecoveryGap;
}

/** Members that an adapter for several servers may have beside those of socket.io's contract. */
export interface ClusteredAdapter extends Adapter {
  /** The value of `io.cluster`. */
  readonly cluster?: ClusterView;
  /** Finds the server of a session; undefined where servers do not pass requests on. */
  readonly sessionRouter?: SessionRouter | undefined;
  /**
   * Chooses the id of a new socket.
   * @param id the id that the protocol gives it.
   * @param connectionId the id of the connection, which is a part of `id` in some protocol versions.
   */
  socketIdFor?(id: string, connectionId: string): string;
  /** Does the same as `fetchSockets`, but resolves to an incomplete result if servers do not answer. */
  fetchReachable?(options: BroadcastOptions): Promise<ReachableSockets<unknown>>;
  /** With state recovery: called when a socket is connected. Its client can ask for it again by the private id `pid`. */
  sessionEntered?(socket: KeptSocket, pid: string): void;
  /**
   * Called when the socket has left; if its client may come back, after `persistSession`. Called as well for a session that was found but
   * not restored.
   */
  sessionLeft?(pid: string): void;
}

/** A server as adapters for several servers see it. */
export interface AdapterServer {
  /** Encodes and decodes the messages between servers. */
  readonly encoder: AdapterEncoder;
  /** Counts connections, and serves connections from other servers. Undefined until the server is attached or mounted. */
  readonly engine?: { readonly clientsCount: number; acceptConnection?(socket: Duplex): boolean } | undefined;
  /** Limits of state recovery; undefined when it is off. */
  readonly recovery?: Pick<RecoveryPolicy, 'maxDisconnectionDuration' | 'maxPackets' | 'maxSessions'> | undefined;
  /** The rules of the option `history`; undefined when no room has a history. */
  readonly histories?: { readonly policy: HistoryPolicy } | undefined;
  /** The options of the server. */
  readonly opts: { readonly pingInterval?: number; readonly pingTimeout?: number };
  /** Takes failures. */
  report(error: unknown, context: ErrorContext): void;
}

/** A socket as adapters for several servers see it. */
export interface AdapterSocket {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly handshake: object;
  readonly data: unknown;
  readonly acks: Map<number, unknown>;
  /** Disconnects its client. @param close ends the connection. */
  disconnect(close: boolean): unknown;
}

/** A socket as an adapter sees it that keeps it for its client. */
export type KeptSocket = Pick<AdapterSocket, 'id' | 'rooms' | 'data' | 'disconnect'>;

/** A namespace as adapters for several servers see it. */
export interface AdapterHub {
  readonly name: string;
  readonly server: AdapterServer;
  readonly sockets: ReadonlyMap<string, AdapterSocket>;
  /** An event of another server. */
  _onServerSideEmit(args: [string, ...unknown[]]): void;
}
