import { createHash, X509Certificate } from 'node:crypto';
import type { ReadableStreamDefaultReader, WritableStreamDefaultWriter } from 'node:stream/web';
import type { Server, ServerOptions, Socket } from '@sio/core';
import { onTestFinished, vi } from 'vitest';
import { startServer } from '../server.js';
import { certificate } from '../support/certificate.js';
import { FrameReader, frameBytes } from './webtransport-frames.js';

/** The package says at length that it has no HTTP/3: its HTTP/2, which needs nothing native, is what is used here. */
async function library() {
  const spies = (['error', 'log'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
  try {
    const loaded = await import('@fails-components/webtransport');
    await loaded.quicheLoaded;
    return loaded;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Bytes. */
const ROOM = 8_000_000;

export interface WebTransportServer {
  readonly io: Server;
  readonly url: string;
  /** Opens a session, and says what its first frame is to say. */
  open(first?: string): Promise<WebTransportPeer>;
}

/** A server that takes WebTransport sessions over a network. */
export async function startWebTransport(options: ServerOptions = {}): Promise<WebTransportServer> {
  const { Http2Server } = await library();
  const { key, cert } = certificate();
  const { io, url } = await startServer({ transports: ['polling', 'websocket', 'webtransport'], ...options });
  const front = new Http2Server({
    port: 0,
    host: '127.0.0.1',
    secret: 'secret',
    cert: cert.toString(),
    privKey: key.toString(),
    // It never gives a client more room than it has at first.
    initialStreamFlowControlWindow: ROOM,
    initialSessionFlowControlWindow: ROOM,
  });
  front.startServer();
  await front.ready;
  onTestFinished(() => front.stopServer());
  const sessions = front.sessionStream('/').getReader();
  const take = async (): Promise<void> => {
    for (let next = await sessions.read(); !next.done; next = await sessions.read()) {
      next.value.closed.catch(() => {});
      void io.engine.onWebTransportSession(next.value as never);
    }
  };
  void take().catch(() => {});
  const open = async (first = '0'): Promise<WebTransportPeer> => {
    const peer = await openWebTransport(front.address()?.port ?? 0, cert);
    await peer.say(first);
    return peer;
  };
  return { io, url, open };
}

/** Opens a session with whatever server listens on the port, and a stream that has said nothing yet. */
export async function openWebTransport(port: number, cert: Buffer): Promise<WebTransportPeer> {
  const { WebTransport } = await library();
  const value = createHash('sha256').update(new X509Certificate(cert).raw).digest();
  const session = new WebTransport(`https://127.0.0.1:${port}/`, {
    serverCertificateHashes: [{ algorithm: 'sha-256', value }],
    forceReliable: true,
  } as never);
  session.closed.catch(() => {});
  onTestFinished(() => session.close());
  await session.ready;
  return new WebTransportPeer(session as never, (await session.createBidirectionalStream()) as never);
}

interface Session {
  readonly closed: Promise<unknown>;
  close(info?: object): void;
}

interface Stream {
  readonly readable: { getReader(): ReadableStreamDefaultReader<Uint8Array> };
  readonly writable: { getWriter(): WritableStreamDefaultWriter<Uint8Array> };
}

/** The client's end of a session. */
export class WebTransportPeer {
  readonly session: Session;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #frames = new FrameReader();
  readonly #arrived: (string | Buffer)[] = [];

  constructor(session: Session, stream: Stream) {
    this.session = session;
    this.reader = stream.readable.getReader();
    this.writer = stream.writable.getWriter();
    this.writer.closed.catch(() => {});
    this.reader.closed.catch(() => {});
  }

  say(frame: string | Buffer): Promise<void> {
    return this.writer.write(frameBytes(frame));
  }

  /** The next frame as text; undefined when none comes any more. */
  async next(): Promise<string | undefined> {
    const frame = await this.nextFrame();
    return frame === undefined ? undefined : String(frame);
  }

  /** The next frame; undefined when none comes any more. */
  async nextFrame(): Promise<string | Buffer | undefined> {
    while (this.#arrived.length === 0) {
      const part = await this.reader.read().catch(() => undefined);
      if (part?.value === undefined) return undefined;
      this.#frames.push(part.value, (frame) => this.#arrived.push(frame));
    }
    return this.#arrived.shift();
  }

  /** Resolves when the session has ended, however it has. */
  async over(): Promise<void> {
    await this.session.closed.catch(() => {});
  }
}

/** A client that has joined the main namespace, and its socket. */
export async function joinWebTransport(venue: WebTransportServer): Promise<{ peer: WebTransportPeer; socket: Socket }> {
  const arrival = new Promise<Socket>((resolve) => venue.io.once('connection', resolve));
  const peer = await venue.open();
  await peer.next();
  await peer.say('40');
  const socket = await arrival;
  await peer.next();
  return { peer, socket };
}
