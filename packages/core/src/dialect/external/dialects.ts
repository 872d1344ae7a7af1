import type { Frame } from '../../transport/frame.js';
import type { Connection } from '../../virtual-socket/dialect.js';
import { EngineDialect } from '../engine/dialect.js';
import { Engine3Dialect } from '../engine3/dialect.js';
import { Engine4Dialect } from '../engine4/dialect.js';

/** The other engine sends and checks the heartbeats. */
export class ExternalEngine4Dialect extends Engine4Dialect {
  override readonly firstDeadline = undefined;
}

/** The same for clients 1.x and 2.x; their text comes decoded and their binary bare. */
export class ExternalEngine3Dialect extends Engine3Dialect {
  override readonly firstDeadline = undefined;

  override receive(conn: Connection, frame: Frame): void {
    EngineDialect.prototype.receive.call(this, conn, frame);
  }

  override transportChanged(): void {}
}
