import { Failure, failureOf, timeoutOf } from '../failure.js';
import type { Target } from '../target.js';
import { plain } from '../values.js';
import { failureOfAnswer, handshake, legacySessionOf } from '../wire/handshake.js';
import type { Answer, Client, ClientEvents } from './client.js';
import { type Carrier, carry } from './legacy-transports.js';
import { noAnswer } from './official.js';

/** Packets of 0.9 by number. */
const [DISCONNECT, CONNECT, HEARTBEAT, MESSAGE, JSON_MESSAGE, EVENT, ACK, ERROR] = '01234567';
const PACKET = /^(\d):(\d+)?(\+)?:([^:]*):?([\s\S]*)$/;
const REASONS = ['transport not supported', 'client not handshaken', 'unauthorized'];

/**
 * Connects as client 0.9 does. It is written here because the official one installs packages with known vulnerabilities.
 *
 * @throws Failure
 */
export async function openLegacy(target: Target, events: ClientEvents): Promise<Client> {
  const answer = await handshake(target);
  const session = legacySessionOf(answer);
  if (session === undefined) {
    throw (
      failureOfAnswer(target, answer) ??
      new Failure(
        'unsupported_version',
        `${target.origin} does not serve clients of version 0.9.`,
        'Try another --protocol.',
      )
    );
  }
  const wanted = target.transport === 'polling' ? 'xhr-polling' : 'websocket';
  const transport = session.transports.find((name) => name === wanted);
  if (transport === undefined) {
    throw new Failure('unsupported_transport', `${target.origin} does not serve ${wanted} to clients of version 0.9.`);
  }
  const client = new LegacyClient(target, events);
  await client.start(wanted, session.sid);
  return client;
}

class LegacyClient implements Client {
  readonly id = undefined;
  readonly #target: Target;
  readonly #events: ClientEvents;
  /** The namespace in packets: empty for the main namespace. */
  readonly #endpoint: string;
  readonly #answers = new Map<number, { resolve(args: readonly unknown[]): void; reject(error: Failure): void }>();
  #carrier: Carrier | undefined;
  #joined: { resolve(): void; reject(error: Failure): void } | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(target: Target, events: ClientEvents) {
    this.#target = target;
    this.#events = events;
    this.#endpoint = target.namespace === '/' ? '' : target.namespace;
  }

  get transport(): string {
    return this.#carrier?.name ?? '';
  }

  async start(transport: 'websocket' | 'xhr-polling', sid: string): Promise<void> {
    const { origin, timeout } = this.#target;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#joined = { resolve, reject };
        timer = setTimeout(() => reject(timeoutOf(origin, timeout)), timeout);
        carry(this.#target, transport, sid, {
          packet: (packet) => this.#receive(packet),
          close: (error) => this.#end(error),
        }).then((carrier) => {
          this.#carrier = carrier;
          carrier.start();
        }, reject);
      });
    } catch (error) {
      await this.#carrier?.close();
      throw failureOf(error, origin);
    } finally {
      clearTimeout(timer);
      this.#joined = undefined;
    }
  }

  send(event: string, args: readonly unknown[]): void {
    this.#carrier?.send(`${EVENT}::${this.#endpoint}:${JSON.stringify({ name: event, args })}`);
  }

  call(event: string, args: readonly unknown[], timeout: number): Promise<readonly unknown[]> {
    const id = ++this.#lastId;
    let timer: NodeJS.Timeout | undefined;
    return new Promise<readonly unknown[]>((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      timer = setTimeout(() => reject(noAnswer(this.#target.origin, event, timeout)), timeout);
      this.#carrier?.send(`${EVENT}:${id}+:${this.#endpoint}:${JSON.stringify({ name: event, args })}`);
    }).finally(() => {
      clearTimeout(timer);
      this.#answers.delete(id);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#carrier?.send(`${DISCONNECT}::`);
    await this.#carrier?.close();
    this.#end();
  }

  #receive(packet: string): void {
    const [, type, id, , endpoint = '', data = ''] = PACKET.exec(packet) ?? [];
    if (type === HEARTBEAT) {
      this.#carrier?.send(`${HEARTBEAT}::`);
      return;
    }
    if (type === CONNECT && endpoint === '' && this.#endpoint !== '') {
      this.#carrier?.send(`${CONNECT}::${this.#endpoint}${this.#query()}`);
      return;
    }
    if (type === ERROR) {
      const [number = '', advice] = data.split('+');
      const reason =
        REASONS[Number(number || Number.NaN)] ??
        (plain([number, advice].filter(Boolean).join(' ')) || 'no reason is given');
      this.#joined?.reject(
        new Failure('refused', `${this.#target.origin} refuses the namespace ${this.#target.namespace}: ${reason}.`),
      );
      return;
    }
    if (type === DISCONNECT && (endpoint === '' || endpoint === this.#endpoint)) {
      void this.#carrier?.close();
      this.#end();
      return;
    }
    if (endpoint !== this.#endpoint) return;
    if (type === CONNECT) this.#joined?.resolve();
    else if (type === ACK) this.#acknowledge(data);
    else if (type === MESSAGE) this.#events.event('message', [data], undefined);
    else if (type === JSON_MESSAGE) this.#events.event('message', [parse(data)], undefined);
    else if (type === EVENT) {
      const { name, args = [] } = (parse(data) ?? {}) as { name?: unknown; args?: unknown[] };
      if (typeof name === 'string') this.#events.event(name, args, id === undefined ? undefined : this.#answer(id));
    }
  }

  #answer(id: string): Answer {
    return (...args) => this.#carrier?.send(`${ACK}::${this.#endpoint}:${id}+${JSON.stringify(args)}`);
  }

  #acknowledge(data: string): void {
    const [, id, json] = /^(\d+)(?:\+([\s\S]*))?$/.exec(data) ?? [];
    const args = json === undefined ? [] : parse(json);
    this.#answers.get(Number(id))?.resolve(Array.isArray(args) ? args : [args]);
  }

  #query(): string {
    const all = new URLSearchParams({ ...this.#target.query });
    for (const [key, value] of Object.entries(this.#target.auth ?? {})) {
      all.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    }
    return all.size === 0 ? '' : `:?${all}`;
  }

  #end(error?: Failure): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { origin } = this.#target;
    this.#joined?.reject(error ?? new Failure('disconnected', `${origin} closed the connection.`));
    for (const { reject } of this.#answers.values()) {
      reject(new Failure('disconnected', `${origin} disconnected before the acknowledgement.`));
    }
    if (this.#carrier !== undefined) this.#events.close(error?.message ?? 'closed');
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
