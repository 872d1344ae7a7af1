/** How a message is sent; absent means the default. The names are part of the adapters' contract. */
export interface BroadcastFlags {
  /** Drop it for clients that cannot take it now. */
  volatile?: boolean;
  /** @default true */
  compress?: boolean;
  /** This server's clients only. */
  local?: boolean;
  broadcast?: boolean;
  /** Milliseconds to wait for acknowledgements. */
  timeout?: number;
  expectSingleResponse?: boolean;
  /** It was sent with `send()`, which one protocol tells from an event called `message`. */
  send?: boolean;
}
