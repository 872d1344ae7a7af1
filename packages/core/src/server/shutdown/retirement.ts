import type { Client } from '../../namespace/client.js';
import type { Transport } from '../../transport/transport.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

/** Ends connections once nothing is under way on them, and lets nothing new begin. */
export class Retirement {
  /** Of connections that were ended here, and whose clients have yet to hang up. */
  readonly leaving = new Set<Transport>();
  readonly #retired = new WeakSet<VirtualSocket>();

  /** Called again until nothing is under way. @param why see `shutDown`. @returns whether the connection has ended. */
  retire(conn: VirtualSocket, why?: Error): boolean {
    const client = conn.receiver as Client | undefined;
    if (!this.#retired.has(conn)) {
      this.#retired.add(conn);
      client?.retire();
    }
    if (conn.partial !== undefined || conn.upgrading || client?.isBusy === true) return false;
    const { transport } = conn;
    this.leaving.add(transport);
    conn.shutDown(why);
    transport.gone(() => this.leaving.delete(transport));
    return true;
  }
}
