/**
 * Adapters for several servers, such as that of `@sio/cluster`, stand on these.
 *
 * @module
 */
import './internal/supported-node.js';

export { type EncodedBinary, makePacket, type Packet, PacketType } from './codec/packet/packet.js';
export type {
  PeerTls,
  SessionLoss,
  SessionOwner,
  SessionPlace,
  SessionRouter,
} from './internal/http/session-router.js';
export type {
  HistoryAdapter,
  HistoryEvent,
  HistoryQuery,
  RewindingSocket,
  Rewound,
  RoomEvents,
} from './namespace/history/contracts.js';
export {
  type HistoryPolicy,
  type HistoryRule,
  HistoryRules,
  historyPolicy,
  rewindOf,
} from './namespace/history/history-rules.js';
export type { KeptRoom } from './namespace/history/memory-history.js';
export type {
  AdapterHub,
  AdapterServer,
  AdapterSocket,
  ClusteredAdapter,
  ClusterNode,
  ClusterState,
  ClusterStats,
  ClusterView,
  GapInHistory,
  KeptSocket,
  NodeStats,
  ReachableSockets,
} from './namespace/hub/cluster-contracts.js';
export { AdapterEncoder } from './namespace/hub/encoder.js';
export { MemoryAdapter } from './namespace/hub/memory-adapter.js';
export type { RecoveryGap } from './namespace/recovery/recovery-session.js';
export { OutboundPacket } from './transport/frame.js';
