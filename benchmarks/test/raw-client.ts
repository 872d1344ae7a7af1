import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** A client that shows each message as it came over the wire: text as a string, binary as bytes. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #messages: (string | Buffer)[] = [];
  #wake: () => void = () => {};

  constructor(port: number, query = '') {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket${query}`);
    onTestFinished(() => this.#socket.terminate());
    this.#socket.on('message', (data: Buffer, isBinary) => {
      this.#messages.push(isBinary ? data : data.toString());
      this.#wake();
    });
    this.#socket.on('error', () => {});
  }

  /** A client that has joined the main namespace. */
  static async joined(port: number): Promise<RawClient> {
    const client = new RawClient(port);
    await client.next();
    client.send('40');
    await client.next();
    return client;
  }

  async opened(): Promise<this> {
    await once(this.#socket, 'open');
    return this;
  }

  send(...messages: (string | Buffer)[]): void {
    for (const message of messages) this.#socket.send(message);
  }

  /** Sends a message in fragments, with a ping after the first. */
  sendInFragments(...pieces: string[]): void {
    for (const [index, piece] of pieces.entries()) {
      this.#socket.send(piece, { fin: index === pieces.length - 1 });
      if (index === 0) this.#socket.ping('between');
    }
  }

  /** The bytes of the next pong. */
  async pong(): Promise<string> {
    const [data] = await once(this.#socket, 'pong');
    return String(data);
  }

  async next(): Promise<string | Buffer> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift() as string | Buffer;
  }

  async take(count: number): Promise<(string | Buffer)[]> {
    const messages = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** Sends a close frame. */
  close(code: number): void {
    this.#socket.close(code);
  }

  /** The code with which the server closes the connection. */
  async closeCode(): Promise<number> {
    const [code] = await once(this.#socket, 'close');
    return code;
  }
}
