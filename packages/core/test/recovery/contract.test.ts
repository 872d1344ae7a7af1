import { Adapter } from 'socket.io-adapter';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../src/internal/time/deadlines.js';
import type { ClientLike, HubLike, RecoveryPolicy, SocketLike } from '../../src/namespace/contracts.js';
import { DisconnectedSessions, type KeptSession } from '../../src/namespace/recovery/disconnected-sessions.js';
import { Recovery } from '../../src/namespace/recovery/recovery.js';
import type { RestoredSession } from '../../src/namespace/recovery/recovery-session.js';
import { RoomHistory } from '../../src/namespace/recovery/room-history.js';

const POLICY = { skipMiddlewares: true, offeredTo: undefined } as RecoveryPolicy;

interface Persisted {
  readonly sid: string;
  readonly pid: string;
}

/** An adapter of another make that keeps sessions. */
class KeepingAdapter extends Adapter {
  readonly persisted: Persisted[] = [];
  restored: (pid: string, offset: string) => unknown = () => null;

  override persistSession(session: Persisted): void {
    this.persisted.push(session);
  }

  override restoreSession(pid: string, offset: string): Promise<never> {
    return Promise.resolve(this.restored(pid, offset)) as Promise<never>;
  }
}

/** The part of a namespace and its clients that recovery looks at. */
function namespace() {
  const reports: unknown[] = [];
  const logged: string[] = [];
  const logger = { debug: (_details: object, message: string) => void logged.push(message) };
  const server = { report: (error: unknown) => void reports.push(error), logger, encoder: {} };
  const hub = { name: '/', sockets: new Map(), server } as unknown as HubLike & { adapter: Adapter };
  const adapter = new KeepingAdapter(hub);
  hub.adapter = adapter;
  const conn = { dialect: { recovers: true } };
  const client = { conn } as unknown as ClientLike;
  return { recovery: new Recovery(hub, POLICY), adapter, client, reports, logged };
}

const socket = { id: 'a', rooms: new Set(['a', 'room']), data: { n: 1 } } as unknown as SocketLike;

describe('recovery', () => {
  it('keeps the session of a socket whose connection was lost, not of one that has left', () => {
    const { recovery, adapter } = namespace();
    recovery.left(socket, { pid: 'p', history: undefined, returning: undefined, gap: undefined }, 'transport close');
    recovery.left(
      socket,
      { pid: 'q', history: undefined, returning: undefined, gap: undefined },
      'client namespace disconnect',
    );
    expect(adapter.persisted).toEqual([{ sid: 'a', pid: 'p', rooms: ['a', 'room'], data: { n: 1 } }]);
  });

  it('restores a client’s socket by its private id, and keeps it again when its connection is lost again', async () => {
    const { recovery, adapter, client } = namespace();
    adapter.restored = (pid, offset) => ({ sid: 'a', rooms: ['a'], data: { pid, offset }, missedPackets: [['x']] });
    const found = (await recovery.find(client, { pid: 'p', offset: 'o' })) as RestoredSession;
    expect(found).toMatchObject({ sid: 'a', rooms: ['a'], data: { pid: 'p', offset: 'o' } });
    expect(found.missed()).toEqual([['x']]);
    found.giveBack();
    expect(adapter.persisted).toMatchObject([{ sid: 'a', pid: 'p' }]);
    expect(recovery.sessionFor(client, { pid: 'p' }, found)).toMatchObject({ pid: 'p', returning: found });
  });

  it('does not call the adapter for a client without a private id', () => {
    const { recovery, client } = namespace();
    expect(recovery.find(client, { token: 't' })).toBeUndefined();
    expect(recovery.find(client, undefined)).toBeUndefined();
    expect(recovery.find(client, { pid: 1 })).toBeUndefined();
  });

  it('reports an adapter that fails, and only logs one that has no such session', async () => {
    const { recovery, adapter, client, reports, logged } = namespace();
    const failure = new Error('broken');
    adapter.restored = () => Promise.reject(failure);
    expect(await recovery.find(client, { pid: 'p' })).toBe('unreachable');
    adapter.restored = () => Promise.reject('session or offset not found');
    expect(await recovery.find(client, { pid: 'p' })).toBe('unknown_session');
    expect(reports).toEqual([failure]);
    expect(logged).toEqual([expect.stringContaining('session or offset not found')]);
  });

  it('shows the application no private id or offset', () => {
    const { recovery } = namespace();
    expect(recovery.withoutSecrets({ pid: 'p', offset: 'o', token: 't' })).toEqual({ token: 't' });
  });
});

describe('the sessions of clients that are away', () => {
  const patience = new Deadlines().of(60_000);
  const kept = (sid: string, data?: unknown): KeptSession => ({
    sid,
    pid: sid,
    rooms: [],
    data,
    history: new RoomHistory(0),
  });

  it('are dropped, oldest first, if there are too many', () => {
    const lost: string[] = [];
    const sessions = new DisconnectedSessions(2, Number.POSITIVE_INFINITY);
    for (const sid of ['a', 'b', 'c']) sessions.keep(kept(sid), patience, (session) => void lost.push(session.sid));
    sessions.makeRoom();
    expect(lost).toEqual(['a']);
  });

  it('are dropped, largest first, if they take too many bytes', () => {
    const lost: string[] = [];
    const sessions = new DisconnectedSessions(10, 5000);
    sessions.keep(kept('small'), patience, (session) => void lost.push(session.sid));
    sessions.keep(kept('large', 'x'.repeat(5000)), patience, (session) => void lost.push(session.sid));
    sessions.makeRoom();
    expect(lost).toEqual(['large']);
  });

  it('can be resumed once', () => {
    const sessions = new DisconnectedSessions(1, Number.POSITIVE_INFINITY);
    const session = sessions.keep(kept('a'), patience, () => {});
    expect(sessions.take(session)).toBe(true);
    expect(sessions.take(session)).toBe(false);
  });
});
