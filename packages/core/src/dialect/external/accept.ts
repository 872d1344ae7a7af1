import { captureScope } from '../../internal/node-internals.js';
import { ExternalTransport, type RawConnection } from '../../transport/external.js';
import type { Engine } from '../../virtual-socket/engine.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { type PacketSettings, packetFormats } from '../engine/packets/formats.js';
import { Msgpack4Dialect } from '../engine4/dialect.js';
import { ExternalEngine3Dialect, ExternalEngine4Dialect } from './dialects.js';

/** Takes the connections of an Engine.IO server of another make, of any version. */
export class ExternalProtocolHandler {
  readonly #engine: Engine;
  readonly #newest: ExternalEngine4Dialect;
  readonly #older: ExternalEngine3Dialect;

  /** @param engine that keeps the connections. */
  constructor(engine: Engine, settings: PacketSettings) {
    this.#engine = engine;
    const formats = packetFormats(settings);
    const msgpack = formats.msgpack && new Msgpack4Dialect(engine, formats.msgpack);
    this.#newest = new ExternalEngine4Dialect(engine, formats.newest, msgpack);
    this.#older = new ExternalEngine3Dialect(engine, formats.older);
  }

  accept(raw: RawConnection): void {
    const { request } = raw;
    const peer = { host: request?.headers.host, address: raw.remoteAddress, secure: isEncrypted(raw) };
    const from = request === undefined ? null : { req: request, context: request, peer };
    const dialect = raw.protocol === 3 ? this.#older : this.#newest;
    const conn = new VirtualSocket(this.#engine, dialect, raw.id, new ExternalTransport(raw), from, captureScope());
    this.#engine.register(conn, request ?? null);
    raw.on('upgrade', (transport) => {
      conn.upgraded = true;
      conn.emit('upgrade', transport);
    });
    conn.open();
  }
}

/** Engines on other platforms make do with part of a request. */
function isEncrypted({ request }: RawConnection): boolean {
  return typeof request?.socket === 'object' && request.socket !== null && 'encrypted' in request.socket;
}
