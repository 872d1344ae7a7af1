import { createServer, type Server as HttpServer } from 'node:http';
import { listen } from '@sio/test-kit';
import type { Socket as ClientSocket } from 'socket.io-client';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { addressOf, type ClientOptions, client } from '../support/harness.js';

interface Closing {
  close(): unknown;
}

/**
 * Runs the tests of an application twice: with its import of `socket.io` as it stands, and with that import answered by
 * `@sio/core/compat`.
 */
export function application<Module>(
  title: string,
  load: () => Promise<Module>,
  tests: (load: () => Promise<Module>) => void,
): void {
  for (const library of ['socket.io', '@sio/core/compat']) {
    describe(`${title}, on ${library}`, () => {
      tests(async () => {
        vi.resetModules();
        if (library === 'socket.io') vi.doUnmock('socket.io');
        else vi.doMock('socket.io', () => import('@sio/core/compat'));
        // Not by any cache on the way.
        expect((await import('socket.io')).Server === ((await import('@sio/core/compat')).Server as unknown)).toBe(
          library !== 'socket.io',
        );
        return load();
      });
    });
  }
}

/** Starts an application on a free port. @returns its URL */
export async function run(start: (http: HttpServer) => Closing): Promise<string> {
  const http = createServer();
  const io = start(http);
  await listen(http);
  onTestFinished(async () => {
    await io.close();
  });
  return addressOf(http).url;
}

/** A client with everything that it has heard. */
export interface Person {
  readonly peer: ClientSocket;
  readonly heard: any[][];
  /** Waits until the last thing heard is an event of this name. */
  hears(event: string): Promise<void>;
  /** The events since the last call. */
  news(): any[][];
}

/** A person at a client, not yet connected. */
export function person(url: string, options: ClientOptions = {}): Person {
  const peer = client(url, { autoConnect: false, ...options });
  const heard: any[][] = [];
  peer.onAny((...args) => heard.push(args));
  return {
    peer,
    heard,
    hears: (event) =>
      new Promise((resolve) => {
        const check = () => {
          if (!heard.some(([name]) => name === event)) return false;
          resolve();
          return true;
        };
        if (check()) return;
        const listener = () => void (check() && peer.offAny(listener));
        peer.onAny(listener);
      }),
    news: () => heard.splice(0),
  };
}

/** The same, when it is in. */
export async function present(url: string, options: ClientOptions = {}): Promise<Person> {
  const someone = person(url, options);
  const inside = new Promise<void>((resolve) => someone.peer.once('connect', () => resolve()));
  someone.peer.connect();
  await inside;
  return someone;
}
