import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ClientKind,
  everyGeneration,
  type Mode,
  modes,
  type OfficialSocket,
} from '@sio/conformance/clients/kinds';
import { failOnStrayErrors } from '@sio/conformance/support/stray-errors';
import { within } from '@sio/conformance/support/within';
import { listen } from '@sio/conformance/testing';
import { Server, type ServerOptions, type Socket } from '@sio/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BREAKS, NUISANCES } from '../../src/faults/faults.js';
import { type Fault, FaultyProxy } from '../../src/faults/proxy.js';

failOnStrayErrors();

/** So that whoever falls silent is missed soon. */
const HASTE = {
  pingInterval: 250,
  pingTimeout: 600,
  upgradeTimeout: 600,
  connectTimeout: 800,
  legacyCloseTimeout: 600,
  legacyPollingDuration: 150,
};

/** Time (ms) after which a client gives up that has not been told anything. */
const [SHORT, LONG] = [600, 15_000];

async function serve(options: ServerOptions) {
  const http = createServer();
  const io = new Server(http, options);
  io.on('connection', (socket: Socket) => {
    void socket.join('everybody');
    socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value));
  });
  const port = await listen(http);
  onTestFinished(() => io.close());
  return { io, http, port };
}

/** Connects, says two things, leaves. @returns the answers that came */
async function converse(kind: ClientKind, mode: Mode, url: string, patience: number): Promise<unknown[]> {
  const options = { transports: modes[mode], forceNew: true, reconnection: false, timeout: patience };
  const socket: OfficialSocket = kind.connect(url, options);
  const answers: unknown[] = [];
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    const ask = (n: number) =>
      socket.emit('echo', n, (answer: unknown) => {
        answers.push(answer);
        if (n === 1) ask(2);
        else resolve();
      });
    socket.on('connect', () => ask(1));
    for (const event of ['disconnect', 'connect_error', 'error', 'connect_failed']) socket.on(event, () => resolve());
    // A network that says nothing is noticed by a client in its own time, which is not waited for here.
    timer = setTimeout(resolve, patience);
  });
  await over;
  clearTimeout(timer);
  socket.disconnect();
  return answers;
}

/** How many chunks the conversation takes when nothing goes wrong. */
async function stepsOf(kind: ClientKind, mode: Mode, port: number): Promise<number> {
  const proxy = await FaultyProxy.open(port);
  expect(await converse(kind, mode, proxy.url, LONG)).toEqual([1, 2]);
  proxy.close();
  return proxy.steps;
}

async function struck(kind: ClientKind, mode: Mode, port: number, fault: Fault, patience = SHORT): Promise<unknown[]> {
  const proxy = await FaultyProxy.open(port, fault);
  const answers = await converse(kind, mode, proxy.url, patience);
  proxy.close();
  return answers;
}

/** Resolves when the server has let go of everything. */
async function nothingLeft({ io, http }: Awaited<ReturnType<typeof serve>>): Promise<void> {
  const left = async () => {
    for (;;) {
      const open = await new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
      const conns = [...io.engine.clients.values()];
      // A client of 0.9 that has shaken hands may open its transport up to half a minute later.
      for (const conn of conns) if (conn.readyState === 'opening' && conn.generation === '0.9') conn.close(true);
      if (open === 0 && io.engine.clientsCount === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await within(left(), 'the server to let go of everything', 10_000);
  expect(io.sockets.sockets.size).toBe(0);
  expect(io.sockets.adapter.rooms.size).toBe(0);
  expect(io.sockets.adapter.sids.size).toBe(0);
}

const ways = everyGeneration.flatMap((kind) =>
  kind.generation.modes.map((mode) => [`client ${kind.name} over ${mode}`, kind, mode] as const),
);

describe.each(ways)('%s', (_, kind, mode) => {
  it.each(Object.entries(BREAKS))('when the network %s, at any step, nothing is left of it', async (_how, strike) => {
    const server = await serve(HASTE);
    const steps = await stepsOf(kind, mode, server.port);
    expect(steps).toBeGreaterThan(4);
    await Promise.all(Array.from({ length: steps }, (_, at) => struck(kind, mode, server.port, { at, strike })));
    // Somebody else is served as if nothing had happened.
    await stepsOf(kind, mode, server.port);
    await nothingLeft(server);
  });

  it.each(Object.entries(NUISANCES))('when the network %s, at any step, everything arrives', async (_how, strike) => {
    const server = await serve({});
    const steps = await stepsOf(kind, mode, server.port);
    const answers = await Promise.all(
      Array.from({ length: steps }, (_, at) => struck(kind, mode, server.port, { at, strike }, LONG)),
    );
    for (const each of answers) expect(each).toEqual([1, 2]);
  });
});

describe('when it is all over', () => {
  it('no timer and no socket of the server is left', async () => {
    const count = (kind: string) => process.getActiveResourcesInfo().filter((one) => one === kind).length;
    const [sockets, timers] = [count('TCPSocketWrap'), count('Timeout')];
    const http = createServer();
    const io = new Server(http, HASTE);
    const port = await listen(http);
    const strike = BREAKS['is reset'] as Fault['strike'];
    for (const [, kind, mode] of ways) {
      await Promise.all([1, 3, 5].map((at) => struck(kind, mode, port, { at, strike })));
    }
    await io.close();
    await within(
      (async () => {
        while (count('TCPSocketWrap') > sockets || count('Timeout') > timers) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
      'sockets and timers to be gone',
    );
    expect((http.address() as AddressInfo | null)?.port).toBeUndefined();
  });
});
