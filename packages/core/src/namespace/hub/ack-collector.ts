import { LongTimer } from '../../internal/time/long-timer.js';
import type { AckCallback } from '../socket/acknowledgements.js';
import type { BroadcastFlags } from './flags.js';

/** Collects the acknowledgements of one broadcast. */
export class AckCollector {
  readonly #done: AckCallback;
  readonly #responses: unknown[] = [];
  readonly #forget: () => void;
  readonly #single: boolean;
  readonly #timer: LongTimer;
  #servers = -1;
  #answeredServers = 0;
  #clients = 0;
  #over = false;

  constructor(done: AckCallback, flags: Readonly<BroadcastFlags>, forget: () => void) {
    this.#done = done;
    this.#forget = forget;
    this.#single = flags.expectSingleResponse === true;
    this.#timer = new LongTimer(() => this.#expire(), flags.timeout);
  }

  #expire(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    this.#done(new Error('operation has timed out'), this.#single ? null : this.#responses);
  }

  expectServers(servers: number): void {
    this.#servers = servers;
    this.#check();
  }

  expect(clients: number): void {
    this.#clients += clients;
    this.#answeredServers++;
    this.#check();
  }

  add(response: unknown): void {
    this.#responses.push(response);
    this.#check();
  }

  #check(): void {
    if (this.#over || this.#servers !== this.#answeredServers || this.#responses.length !== this.#clients) return;
    this.#over = true;
    this.#timer.clear();
    this.#done(null, this.#single ? this.#responses[0] : this.#responses);
  }
}
