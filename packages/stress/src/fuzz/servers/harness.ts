import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from '@sio/core';
import type { App, MakeApp } from './apps.js';
import { SESSION_MARKS, type SessionMark, stepsOf } from './attack.js';
import { Attacker } from './attacker.js';
import { Bystander } from './bystander.js';
import { Ledger } from './ledger.js';
import { Strays } from './strays.js';
import { WatchedTimers } from './watched-timers.js';

/** One timer for each duration that anything is waited for, whatever the number of clients. */
const TIMERS = 24;

/** Beside one for each socket. */
const COMMON_ROOMS = 1;

const HANDSHAKES: Readonly<Record<SessionMark, string>> = {
  '<sid4>': '/socket.io/?EIO=4&transport=polling',
  '<sid3>': '/socket.io/?EIO=3&transport=polling&b64=1',
  '<sid09>': '/socket.io/1/?t=1',
};

/** A server with witnesses, on which attackers are let loose. */
export class Harness {
  readonly #app: App;
  readonly #witnesses: readonly Bystander[];
  readonly #ledger: Ledger;
  readonly #strays: Strays;
  readonly #timers: WatchedTimers;
  /** Time (ms) after which something has not happened. */
  readonly #patience: number;
  /** Those of the witnesses. */
  readonly #known: ReadonlySet<unknown>;
  #ticks = 0;

  private constructor(
    app: App,
    witnesses: readonly Bystander[],
    patience: number,
    strays: Strays,
    timers: WatchedTimers,
  ) {
    this.#app = app;
    this.#witnesses = witnesses;
    this.#patience = patience;
    this.#known = new Set([...app.io.sockets.sockets.values()].map(({ conn }) => conn));
    this.#ledger = new Ledger(app.http);
    this.#strays = strays;
    this.#timers = timers;
  }

  /** @param patience time (ms) after which something has not happened */
  static async open(makeApp: MakeApp, patience: number): Promise<Harness> {
    const strays = new Strays();
    const timers = new WatchedTimers((stack) => /\/(?:core|express|koa|fastify|hapi)\/(?:src|dist)\//.test(stack));
    const app = await makeApp({ logger: strays.logger });
    app.http.listen(0, '127.0.0.1');
    await once(app.http, 'listening');
    const witnesses = await Bystander.all(`http://127.0.0.1:${portOf(app)}`);
    return new Harness(app, witnesses, patience, strays, timers);
  }

  get #io(): Server {
    return this.#app.io;
  }

  /** Lets attackers do what the inputs say, all at once. @throws Error when anybody else notices, or anything stays behind */
  async suffer(inputs: readonly string[]): Promise<void> {
    const attackers = inputs.map(() => new Attacker(portOf(this.#app)));
    try {
      await this.#attack(attackers, inputs);
    } finally {
      for (const attacker of attackers) attacker.leave();
    }
    const ports = portsOf(attackers);
    await this.#until('connections to be closed', () => this.#ledger.open(ports));
    this.#ledger.forget();
    await this.#until('the counts of before', () => {
      this.#sendStrangersAway();
      return this.#tooMany();
    });
    await this.#askWitnesses();
    this.#strays.demandNone();
  }

  async #attack(attackers: readonly Attacker[], inputs: readonly string[]): Promise<void> {
    const plays = inputs.map(async (input, i) => attackers[i]?.play(stepsOf(input, await this.#sessionsFor(input))));
    this.#tick();
    await Promise.all(plays);
    this.#tick();
    const ports = portsOf(attackers);
    await this.#until('every request to be answered', () => {
      this.#sendStrangersAway();
      return this.#ledger.unanswered(ports);
    });
  }

  async #sessionsFor(input: string): Promise<Map<SessionMark, string>> {
    const wanted = SESSION_MARKS.filter((mark) => input.includes(mark));
    return new Map(await Promise.all(wanted.map(async (mark) => [mark, await this.#shakeHands(mark)] as const)));
  }

  async #shakeHands(mark: SessionMark): Promise<string> {
    const request = http.get({
      port: portOf(this.#app),
      host: '127.0.0.1',
      path: HANDSHAKES[mark],
      agent: false,
    });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
    return /"sid":"([^"]+)"/.exec(body)?.[1] ?? body.slice(0, body.indexOf(':'));
  }

  /** Attackers are in that room as well. */
  #tick(): void {
    this.#io.to('everybody').emit('tick', this.#ticks++);
  }

  /** Ends the sessions of all but the witnesses, as a heartbeat that they miss would do in time. */
  #sendStrangersAway(): void {
    for (const conn of this.#io.engine.clients.values()) if (!this.#known.has(conn)) conn.close(true);
  }

  #tooMany(): string[] {
    const expected = this.#witnesses.length;
    const hub = this.#io.of('/');
    const counts = {
      connections: this.#io.engine.clientsCount,
      sockets: hub.sockets.size,
      sids: hub.adapter.sids.size,
      rooms: hub.adapter.rooms.size - COMMON_ROOMS,
      unjoined: expected + this.#io.engine.unjoined,
      chatting: expected + this.#io.of('/chat').sockets.size,
      'rooms of chats': expected + this.#io.of('/chat').adapter.rooms.size,
    };
    const wrong = Object.entries(counts).filter(([, count]) => count !== expected);
    const timers = this.#timers.pending();
    return [...wrong.map(([what, count]) => `${what}: ${count}`), ...(timers.length > TIMERS ? timers : [])];
  }

  async #askWitnesses(): Promise<void> {
    const value = this.#ticks;
    const answers = Promise.all(this.#witnesses.map((bystander) => bystander.ask(value)));
    let answered: readonly unknown[] | undefined;
    void answers.then((all) => {
      answered = all;
    });
    const ticks = Array.from({ length: this.#ticks }, (_, n) => n).join();
    await this.#until('witnesses to be served', () => {
      const unhappy = this.#witnesses.filter(({ heard, lost }) => lost !== undefined || heard.join() !== ticks);
      const complaints = unhappy.map(({ name, lost, heard }) => `${name} ${lost ?? ''} heard ${heard.join()}`);
      return answered === undefined ? [...complaints, 'no answers'] : complaints;
    });
    if (answered?.some((answer) => answer !== value)) throw new Error(`witnesses were answered ${answered.join()}`);
    this.#ticks = 0;
    for (const { heard } of this.#witnesses) heard.length = 0;
  }

  /** Waits until nothing is left of what `left` names. */
  async #until(what: string, left: () => readonly string[]): Promise<void> {
    const deadline = performance.now() + this.#patience;
    for (let remaining = left(); remaining.length > 0; remaining = left()) {
      if (performance.now() > deadline) throw new Error(`waited for ${what}: ${remaining.join('; ')}`);
      this.#strays.demandNone();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Rejects when somebody complains even then. */
  async close(): Promise<void> {
    for (const { leave } of this.#witnesses) leave();
    this.#ledger.cut();
    await this.#app.close();
    this.#timers.stop();
    this.#strays.stop();
    this.#strays.demandNone();
  }
}

function portOf({ http }: App): number {
  return (http.address() as AddressInfo).port;
}

function portsOf(attackers: readonly Attacker[]): Set<number | undefined> {
  return new Set(attackers.flatMap(({ ports }) => ports));
}
