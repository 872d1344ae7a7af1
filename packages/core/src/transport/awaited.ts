import { Transport } from './transport.js';

/** Stands in for the transport that a client has announced with its handshake, and has yet to open. */
export class AwaitedTransport extends Transport {
  readonly name = 'none';
  readonly streaming = false;
  readonly writable = false;
  readonly bufferedBytes = 0;

  send(): void {}
  sendAll(): void {}
  sendForm(): void {}

  flush(): number {
    return 0;
  }

  close(): void {}
  abort(): void {}
}
