import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { enterScope } from '../../internal/async-scope.js';
import type { LimitExceeded } from '../../internal/coded-error.js';
import { connectionChannel, disconnectionChannel } from '../../internal/events/channels.js';
import { type DisconnectDetails, detailsOf } from '../../virtual-socket/disconnect-details.js';
import { tooManyPending } from '../access/pending-limit.js';
import { publishConnection, publishDisconnection } from '../events/diagnostics.js';
import type { DisconnectReason } from '../events/socket-events.js';
import type { RecoverySession } from '../recovery/recovery-session.js';
import { kReceive, kSession } from '../symbols.js';
import { sendKept } from './delivery.js';
import type { WaitingPacket } from './pending-input.js';
import {
  containIn,
  kAcks,
  kEmit,
  kHandling,
  kLazy,
  kPhase,
  kStyle,
  kUnread,
  kUnsent,
  Phase,
  publishToListeners,
  type SocketInternals,
} from './state.js';

/** Details of an end beside its reason. */
interface End {
  readonly description: unknown;
  readonly details: DisconnectDetails;
}

/** Tells the client that it is in, sends what was emitted to it meanwhile, then takes what it sent meanwhile. */
export function letIn(socket: SocketInternals): void {
  const { conn } = socket.client;
  socket[kPhase] = Phase.CONNECTED;
  containIn(socket, 'adapter', () => void socket.join(socket.id));
  socket.client.joined();
  if (socket[kSession] !== undefined) sendMissed(socket, socket[kSession]);
  if (!socket.client.sendConnected(socket.nsp.name, socket.id, socket[kSession]?.pid)) return;
  if (connectionChannel.hasSubscribers) publishConnection(socket);
  sendKept(socket);
  socket.nsp._announce(socket);
  socket[kStyle]?.connected(socket);
  if (socket.server.releaseRequest) conn.releaseRequest(false);
  else conn.keepRequest();
  for (const { packet } of takeUnread(socket)) socket[kReceive](packet);
}

/** Events that the client has missed go before the word that it is in again. */
function sendMissed(socket: SocketInternals, session: RecoverySession): void {
  const { returning } = session;
  session.returning = undefined;
  for (const data of returning?.missed() ?? []) {
    const packet = makePacket(PacketType.EVENT, socket.nsp.name, data);
    containIn(socket, 'recovery', () => socket.client.send(packet, true));
  }
  socket.nsp._recovery?.entered(socket, session, returning);
}

/** The client was kept out, or left before it was in. */
export function abandon(socket: SocketInternals): void {
  if (socket[kPhase] === Phase.GONE) return;
  socket[kPhase] = Phase.GONE;
  takeUnread(socket);
  socket[kUnsent] = undefined;
  const returning = socket[kSession]?.returning;
  if (socket.conn.readyState === 'open') returning?.refuse();
  else returning?.giveBack();
  containIn(socket, 'adapter', () => socket.adapter.delAll(socket.id));
  socket.client._remove(socket);
  forgetAuth(socket);
  socket[kLazy]?.abort?.abort();
}

/** Keeps a packet that has come before the client is in. */
export function keepUnread(socket: SocketInternals, packet: Packet): void {
  if (socket[kPhase] !== Phase.JOINING) return;
  socket[kUnread] ??= [];
  const { maxPendingEvents } = socket.server.limits;
  if (socket[kUnread].length >= maxPendingEvents) socket.conn.close(false, tooManyPending(maxPendingEvents));
  else socket[kUnread].push({ packet, cost: socket.client._pending.add(packet.data) });
}

const NOTHING: readonly WaitingPacket[] = Object.freeze([]);

/** The packets that have waited for the client to be let in, and wait no longer. */
function takeUnread(socket: SocketInternals): readonly WaitingPacket[] {
  const unread = socket[kUnread];
  if (unread === undefined) return NOTHING;
  socket[kUnread] = undefined;
  for (const { cost } of unread) socket.client._pending.remove(cost);
  return unread;
}

/** Whether something that its client waits for is still under way. */
export function isBusy(socket: SocketInternals): boolean {
  if (socket[kHandling] > 0 || socket[kPhase] === Phase.JOINING || socket[kUnread] !== undefined) return true;
  if (socket[kLazy]?.queue !== undefined || (socket[kAcks]?.size ?? 0) > 0) return true;
  return socket.server.guards?.holds(socket) === true;
}

/** Its client is no longer who it said, or can no longer be sure to be. */
export function endAuth(socket: SocketInternals, why: LimitExceeded): void {
  if (socket[kPhase] === Phase.JOINING) return keepOut(socket, false);
  if (socket[kPhase] !== Phase.CONNECTED) return;
  containIn(socket, 'auth', () => {
    socket[kEmit]('error', why.code, why.message);
    socket.client.sendDisconnect(socket.nsp.name);
  });
  closeSocket(socket, 'auth ended', why);
}

/** Disconnects the client from this namespace. @param close ends the whole connection. */
export function disconnectSocket(socket: SocketInternals, close: boolean): void {
  if (socket[kPhase] === Phase.JOINING) keepOut(socket, close);
  if (socket[kPhase] !== Phase.CONNECTED) return;
  if (close) return socket.client.disconnect();
  socket.client.sendDisconnect(socket.nsp.name);
  closeSocket(socket, 'server namespace disconnect', undefined);
}

/** The server disconnects it before it was accepted: the connect is refused. */
function keepOut(socket: SocketInternals, close: boolean): void {
  const { client, nsp } = socket;
  abandon(socket);
  client.sendConnectFailure(nsp.name, { message: 'Connection rejected by server' });
  if (close) client.conn.close();
}

/** The client has left, or has been disconnected. */
export function closeSocket(
  socket: SocketInternals,
  reason: DisconnectReason,
  description: unknown,
  known?: DisconnectDetails,
): void {
  const details = known ?? detailsOf(socket.conn, reason, description);
  enterScope(socket.conn.scope, closeInScope, socket, reason, { description, details });
}

function closeInScope(this: SocketInternals, reason: DisconnectReason, { description, details }: End): void {
  if (this[kPhase] === Phase.JOINING) return abandon(this);
  if (this[kPhase] !== Phase.CONNECTED) return;
  this[kPhase] = Phase.LEAVING;
  const style = this[kStyle];
  publishToListeners(this, 'disconnecting', [reason, description, details]);
  style?.disconnecting(this, reason, description, details);
  this[kPhase] = Phase.GONE;
  if (this[kSession] !== undefined) this.nsp._recovery?.left(this, this[kSession], reason);
  containIn(this, 'adapter', () => this.adapter.delAll(this.id));
  forgetAuth(this);
  this.nsp._remove(this);
  this.client._remove(this, reason === 'client namespace disconnect');
  this[kLazy]?.rejectPending(new Error('socket has been disconnected'));
  if (disconnectionChannel.hasSubscribers) publishDisconnection(this, reason);
  publishToListeners(this, 'disconnect', [reason, description, details]);
  style?.disconnected(this, reason, description, details);
  this[kLazy]?.abort?.abort();
}

function forgetAuth(socket: SocketInternals): void {
  const { authenticator, expiry } = socket.server;
  expiry.forget(socket);
  authenticator?.forget(socket);
}
