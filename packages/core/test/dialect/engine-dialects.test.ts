import { describe, expect, it } from 'vitest';
import { makePacket, type Packet, PacketType, strictRules } from '../../src/codec/packet/packet.js';
import { parseEngineQuery } from '../../src/dialect/engine/handshake.js';
import { packetFormats } from '../../src/dialect/engine/packets/formats.js';
import { Engine3Dialect } from '../../src/dialect/engine3/dialect.js';
import { Engine4Dialect } from '../../src/dialect/engine4/dialect.js';
import { DeadlineQueue } from '../../src/internal/time/deadlines.js';
import type { Frame } from '../../src/transport/frame.js';
import type { Transport } from '../../src/transport/transport.js';
import type { Connection, Dialect } from '../../src/virtual-socket/dialect.js';
import type { EngineContext } from '../../src/virtual-socket/engine-context.js';
import { kChecks, kReceived, kTaken } from '../../src/virtual-socket/heartbeat.js';

const formats = packetFormats({ rules: strictRules, parser: undefined });
const queue = new DeadlineQueue(25_000);
const engine = {
  opts: {
    pingInterval: 25_000,
    pingTimeout: 20_000,
    maxHttpBufferSize: 1e6,
    maxPacketsPerPayload: 1000,
    compressFrom: 1024,
  },
  pingInterval: queue,
  livenessCheck: queue,
  livenessChecks: 1,
  upgrades: () => ['websocket'],
} as unknown as EngineContext;

/** A connection without a network: it notes what the dialect does to it. */
function connectionOf(dialect: Dialect) {
  const sent: Frame[] = [];
  const packets: Packet[] = [];
  const failures: unknown[] = [];
  const conn = {
    engine,
    id: 'A'.repeat(20),
    transport: { streaming: true, bytesReceived: 0, bytesTaken: -1 } as unknown as Transport,
    readyState: 'open',
    dialect,
    receiver: {
      untouched: true,
      takesEvents: () => true,
      onPacket: (packet: Packet) => void packets.push(packet),
      onInvalidPacket: (error: Error) => void failures.push(error),
      onConnectionClose: () => {},
      disconnect: () => {},
    },
    dialectState: undefined as unknown,
    partial: undefined,
    _events: undefined,
    readingPaused: false,
    [kChecks]: 0,
    [kReceived]: 0,
    [kTaken]: -1,
    emit: () => false,
    onFrame: () => {},
    sendFrame: (frame: Frame) => void sent.push(frame),
    armHeartbeat: () => {},
    expectAttachments: () => {},
    onTransportClose: () => {},
    close: () => {},
    fail: (reason: string) => void failures.push(reason),
  } satisfies Connection;
  return { conn, sent, packets, failures };
}

describe('Engine.IO 4 on a connection without a network', () => {
  const dialect = new Engine4Dialect(engine, formats.newest);

  it('reads events and writes them', () => {
    const { conn, sent, packets } = connectionOf(dialect);
    dialect.receive(conn, '42/chat,7["say","hello"]');
    expect(packets).toEqual([makePacket(PacketType.EVENT, '/chat', ['say', 'hello'], 7)]);
    dialect.send(conn, makePacket(PacketType.ACK, '/chat', ['heard'], 7), true);
    expect(sent).toEqual(['43/chat,7["heard"]']);
  });

  it('sends the heartbeats, and ends a client that is silent', () => {
    const { conn, sent, failures } = connectionOf(dialect);
    dialect.heartbeatDue(conn);
    dialect.receive(conn, '3');
    dialect.heartbeatDue(conn);
    dialect.heartbeatDue(conn);
    expect([sent, failures]).toEqual([['2', '2'], ['ping timeout']]);
  });

  it('ends a client that sends heartbeats itself, or an unknown packet', () => {
    const { conn, failures } = connectionOf(dialect);
    dialect.receive(conn, '2');
    dialect.receive(conn, '9');
    dialect.receive(conn, '42{');
    expect(failures).toEqual(['transport error', 'parse error', expect.any(Error)]);
  });
});

describe('Engine.IO 3 on a connection without a network', () => {
  const dialect = new Engine3Dialect(engine, formats.older);

  it('joins the main namespace without a request and answers heartbeats', () => {
    const { conn, sent, packets } = connectionOf(dialect);
    conn.dialectState = dialect.remember(parseEngineQuery('EIO=3&transport=websocket'));
    dialect.opened(conn);
    dialect.receive(conn, '2probe');
    expect(packets).toEqual([makePacket(PacketType.CONNECT, '/')]);
    expect(sent).toEqual(['3probe']);
  });

  it('drops received events with the name of a reserved event', () => {
    const { conn, packets } = connectionOf(dialect);
    conn.dialectState = dialect.remember(parseEngineQuery('EIO=3&transport=websocket'));
    dialect.receive(conn, '42["disconnect"]');
    dialect.receive(conn, '42["say"]');
    expect(packets.map(({ data }) => data)).toEqual([['say']]);
  });
});
