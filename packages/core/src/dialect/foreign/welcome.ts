import type { PacketRules } from '../../codec/packet-rules.js';
import { ForeignTransport, type RawConnection } from '../../transport/foreign.js';
import type { Engine } from '../../virtual-socket/engine.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { Foreign3Dialect, Foreign4Dialect } from './dialects.js';

/** Takes the connections of somebody else's Engine.IO server, of whatever revision. */
export class ForeignEntrance {
  readonly #engine: Engine;
  readonly #newest: Foreign4Dialect;
  readonly #older: Foreign3Dialect;

  /** @param engine that keeps the connections. */
  constructor(engine: Engine, rules: PacketRules) {
    this.#engine = engine;
    this.#newest = new Foreign4Dialect(engine, rules);
    this.#older = new Foreign3Dialect(engine, rules);
  }

  welcome(raw: RawConnection): void {
    const { request } = raw;
    const peer = { host: request?.headers.host, address: raw.remoteAddress, secure: isEncrypted(raw) };
    const from = request === undefined ? null : { req: request, context: request, peer };
    const dialect = raw.protocol === 3 ? this.#older : this.#newest;
    const conn = new VirtualSocket(this.#engine, dialect, raw.id, new ForeignTransport(raw), from);
    this.#engine.register(conn);
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
