import { Failure, failureOf } from '../failure.js';
import type { Target } from '../target.js';
import { ask, queryOf } from '../wire/http.js';
import { Channel } from '../wire/websocket.js';

/** Carries packets of 0.9 both ways. */
export interface Carrier {
  readonly name: 'websocket' | 'polling';
  /** Starts to pass on received packets. */
  start(): void;
  send(packet: string): void;
  /** Resolves when everything is sent and the connection is closed. */
  close(): Promise<void>;
}

export interface CarrierEvents {
  packet(packet: string): void;
  close(error?: Failure): void;
}

/** @throws Failure */
export function carry(
  target: Target,
  transport: 'websocket' | 'xhr-polling',
  sid: string,
  events: CarrierEvents,
): Promise<Carrier> {
  const query = queryOf(target, {});
  const path = `${target.path}1/${transport}/${sid}`;
  return transport === 'websocket'
    ? openWebSocket(target, query === '' ? path : `${path}?${query}`, events)
    : Promise.resolve(new Polling(target, path, events));
}

async function openWebSocket(target: Target, path: string, events: CarrierEvents): Promise<Carrier> {
  const channel = await Channel.open(target, path);
  void channel.closed.then(() => events.close());
  return {
    name: 'websocket',
    start: () => channel.forward(events.packet),
    send: (packet) => channel.send(packet),
    close: () => {
      channel.close();
      return channel.closed;
    },
  };
}

const SEPARATOR = '\ufffd';

/** Polls again and again, and posts one packet after the other. */
class Polling implements Carrier {
  readonly name = 'polling';
  readonly #target: Target;
  readonly #path: string;
  readonly #events: CarrierEvents;
  #posts: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(target: Target, path: string, events: CarrierEvents) {
    // A poll waits for events as long as the server likes.
    this.#target = { ...target, timeout: Math.max(target.timeout, LONGEST_POLL) };
    this.#path = path;
    this.#events = events;
  }

  start(): void {
    void this.#poll();
  }

  send(packet: string): void {
    this.#posts = this.#posts.then(() => this.#request('POST', packet)).catch((error: unknown) => this.#fail(error));
  }

  async close(): Promise<void> {
    await this.#posts;
    this.#isClosed = true;
  }

  async #poll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const body = await this.#request('GET');
        for (const packet of packetsOf(body)) this.#events.packet(packet);
      } catch (error) {
        this.#fail(error);
        return;
      }
    }
  }

  async #request(method: 'GET' | 'POST', body?: string): Promise<string> {
    const answer = await ask(this.#target, `${this.#path}?${queryOf(this.#target, { t: String(Date.now()) })}`, {
      method,
      ...(body !== undefined && { body, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } }),
    });
    if (answer.status === 200) return answer.body;
    throw new Failure('disconnected', `${this.#target.origin} answers a ${method} with HTTP ${answer.status}.`);
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.close(failureOf(error, this.#target.origin));
  }
}

/** Milliseconds; servers of 0.9 hold a poll for 20 seconds. */
const LONGEST_POLL = 120_000;

/** Several packets are framed by their lengths. */
function packetsOf(body: string): string[] {
  if (!body.startsWith(SEPARATOR)) return body === '' ? [] : [body];
  const packets: string[] = [];
  for (let at = 1; at < body.length; ) {
    const end = body.indexOf(SEPARATOR, at);
    const length = Number(body.slice(at, end));
    packets.push(body.slice(end + 1, end + 1 + length));
    at = end + length + 2;
  }
  return packets;
}
