import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type ServerOptions, type Socket } from '@sio/core';
import { type OfficialSocket, within } from '@sio/test-kit';
import type { Fault } from '../../../src/faults/faults.js';
import { FaultyProxy } from '../../../src/faults/proxy.js';
import { type ClientProfile, LEGACY_TRANSPORTS } from './client-profiles.js';

/** Short, so that a silent client is noticed soon. */
const HASTE: ServerOptions = {
  pingInterval: 250,
  pingTimeout: 1000,
  pingGrace: 1,
  upgradeTimeout: 1000,
  connectTimeout: 1500,
  legacyCloseTimeout: 1000,
  legacyPollingDuration: 150,
};

/** The same for what is Node's to time: requests that never become whole, connections that carry none. */
const HASTE_OF_NODE = {
  keepAliveTimeout: 500,
  headersTimeout: 1000,
  requestTimeout: 1500,
  connectionsCheckingInterval: 50,
};

export interface Harness {
  readonly io: Server;
  readonly http: HttpServer;
  readonly port: number;
  /** The server's reports. */
  readonly errors: unknown[];
}

/** @param hasty whether silence ends connections soon; otherwise after the times that are the defaults. */
export async function serve(hasty: boolean): Promise<Harness> {
  const http = hasty ? createServer(HASTE_OF_NODE) : createServer();
  const errors: unknown[] = [];
  const nothing = () => {};
  const logger = {
    error: (...args: unknown[]) => void errors.push(args),
    warn: nothing,
    info: nothing,
    debug: nothing,
  };
  const io = new Server(http, {
    ...(hasty ? HASTE : {}),
    logger,
    flashPolicy: true,
    legacyTransports: LEGACY_TRANSPORTS,
  });
  io.on('connection', (socket: Socket) => {
    void socket.join('everybody');
    socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { io, http, port: (http.address() as AddressInfo).port, errors };
}

/** Time (ms) that clients are given to say all they have to say. */
export const PATIENCE = 15_000;

/**
 * Connects, says two things, leaves. @returns the answers that came
 * @param patience time (ms) after which a client leaves that has heard nothing since something went wrong: to notice silence takes
 *   it longer than need be waited for here.
 */
async function converse({ kind, transports }: ClientProfile, proxy: FaultyProxy, patience: number): Promise<unknown[]> {
  const options = { transports, forceNew: true, reconnection: false, timeout: PATIENCE };
  const socket: OfficialSocket = kind.connect(proxy.url, options);
  const answers: unknown[] = [];
  let [asked, over] = [false, false];
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const leaveIn = (milliseconds: number) => {
      clearTimeout(timer);
      timer = setTimeout(resolve, milliseconds);
    };
    const ask = (n: number) =>
      socket.emit('echo', n, (answer: unknown) => {
        answers.push(answer);
        if (n === 1) ask(2);
        else resolve();
      });
    socket.on('connect', () => {
      // Client 0.9 cannot leave while it is connecting.
      if (over) socket.disconnect();
      // Once, even if the network repeats it.
      else if (!asked) ask(1);
      asked = true;
    });
    for (const event of ['disconnect', 'connect_error', 'error', 'connect_failed']) socket.on(event, () => resolve());
    leaveIn(PATIENCE);
    proxy.onStrike = () => leaveIn(patience);
  });
  clearTimeout(timer);
  proxy.onStrike = () => {};
  over = true;
  socket.disconnect();
  return answers;
}

/** How many chunks the whole conversation takes when nothing goes wrong. */
export async function stepsOf(profile: ClientProfile, harness: Harness): Promise<number> {
  const proxy = await FaultyProxy.open(harness.port);
  const answers = await converse(profile, proxy, PATIENCE);
  if (String(answers) !== '1,2') throw new Error(`${profile.name} got ${answers} of a network without faults`);
  await nothingLeft(harness);
  proxy.close();
  return proxy.steps;
}

/** A conversation over a network that breaks, and what became of it. */
export interface Cell {
  readonly fault: string;
  readonly at: number;
  readonly answers: readonly unknown[];
  /** Stays as it is, with its links. */
  readonly proxy: FaultyProxy;
}

/** Conversations at a time: more would only wait for the processor, and miss heartbeats. */
const AT_ONCE = 40;

/** Holds one conversation for each fault and step. */
export async function playAll(
  profile: ClientProfile,
  harness: Harness,
  faults: readonly (readonly [name: string, fault: Fault])[],
  patience: number,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  const rest = faults.values();
  const next = async () => {
    for (const [fault, spec] of rest) {
      const proxy = await FaultyProxy.open(harness.port, spec);
      cells.push({ fault, at: spec.at, proxy, answers: await converse(profile, proxy, patience) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return cells;
}

/** The resources that the server holds. */
async function held({ io, http }: Harness) {
  const connections = await new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
  const { sockets, adapter } = io.sockets;
  return {
    connections,
    sessions: io.engine.clients.size,
    sockets: sockets.size,
    rooms: adapter.rooms.size,
    members: adapter.sids.size,
  };
}

/** Resolves when the server has let go of everything, by itself: the test closes nothing meanwhile. */
export async function nothingLeft(harness: Harness): Promise<void> {
  let last = await held(harness);
  const left = async () => {
    while (Object.values(last).some((count) => count > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      last = await held(harness);
    }
  };
  await within(left(), 'the server to let go of everything', 50_000).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}
