import type { Duplex } from 'node:stream';
import { bodyOf, type Frame, type Header, type TunnelHeader } from '../wire/frame.js';
import { Op, TunnelSocket } from './tunnel-socket.js';

/** How tunnels reach other servers, and this one's HTTP server. */
export interface TunnelHost {
  /** Sends a message to another server. @returns false when it cannot. */
  send(to: string, header: Header, bytes: Buffer | undefined): boolean;
  /** Passes a connection to the HTTP server. @returns false if there is none. */
  accept(socket: Duplex): boolean;
}

/** One end, as its messages name it. */
interface End {
  readonly peer: string;
  readonly socket: TunnelSocket;
  /** The number of the next message. */
  next: number;
}

const NO_BYTES = Buffer.alloc(0);
const OPENER = 1;
const ACCEPTOR = 0;

/** Connections to other servers for the requests of their sessions, over the messages of a broker. */
export class Tunnels {
  readonly #host: TunnelHost;
  /** By the other server, who has opened it, and number. */
  readonly #ends = new Map<string, End>();
  #last = 0;

  constructor(host: TunnelHost) {
    this.#host = host;
  }

  /** Opens a connection to another server. @param address of the client. */
  open(peer: string, address: string | undefined): Duplex {
    this.#last = (this.#last + 1) >>> 0;
    return this.#make(peer, this.#last, OPENER, address);
  }

  #make(peer: string, number: number, side: 0 | 1, address: string | undefined): TunnelSocket {
    const key = keyOf(peer, side, number);
    let sent = 0;
    const tell = (op: number, count: number, bytes?: Buffer) => {
      // The first message names the receiver.
      const first = sent === 0 && side === OPENER && address !== undefined;
      const header: TunnelHeader = first ? [number, side, sent, op, count, address] : [number, side, sent, op, count];
      sent++;
      if (this.#host.send(peer, { u: header }, bytes)) return;
      queueMicrotask(() => socket.abort(new Error('the broker is unreachable')));
    };
    const socket = new TunnelSocket(tell, () => this.#ends.delete(key), address);
    this.#ends.set(key, { peer, socket, next: 0 });
    return socket;
  }

  /** A message of another server. */
  take(frame: Frame): void {
    const { u } = frame.header;
    if (u === undefined) return;
    const [number, side, position, op, count, address] = u;
    const own = side === OPENER ? ACCEPTOR : OPENER;
    const key = keyOf(frame.sender, own, number);
    let end = this.#ends.get(key);
    if (end === undefined && side === OPENER && position === 0 && op === Op.DATA) {
      const socket = this.#make(frame.sender, number, ACCEPTOR, address);
      end = this.#ends.get(key) as End;
      if (!this.#host.accept(socket)) socket.destroy();
    }
    if (end === undefined) {
      if (op === Op.DATA) this.#host.send(frame.sender, { u: [number, own, 0, Op.RESET, 0] }, undefined);
      return;
    }
    if (op !== Op.RESET && position !== end.next++) {
      end.socket.destroy(Object.assign(new Error('the broker lost a message'), { code: 'ECONNRESET' }));
      return;
    }
    const body = op === Op.DATA ? bodyOf(frame) : '';
    end.socket.receive(op, count, typeof body === 'string' ? NO_BYTES : (body.attachments[0] as Buffer));
  }

  /** Called when another server has left. */
  left(peer: string): void {
    for (const end of [...this.#ends.values()])
      if (end.peer === peer) end.socket.abort(new Error('the other server is gone'));
  }

  /** Called when the broker becomes unreachable, or this server closes. */
  close(): void {
    for (const { socket } of [...this.#ends.values()]) socket.abort(new Error('the broker is unreachable'));
  }
}

function keyOf(peer: string, side: 0 | 1, number: number): string {
  return `${peer}${side}${number}`;
}
