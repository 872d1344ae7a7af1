import { Namespace } from '@sio/core';
import { startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

class Greeter extends Namespace {
  onGreet(name: string) {
    return `the class greets ${name}`;
  }

  onUnhandled(event: string, ...args: unknown[]) {
    return ['unhandled', event, ...args];
  }
}

/** A class on `/`, and what the function style adds to each of its sockets. */
async function greeter(version: Version, prepare: (socket: Namespace) => void) {
  const { io, client } = await startServer({ namespaces: { '/': Greeter } });
  io.on('connection', (socket) => prepare(socket as unknown as Namespace));
  return client(version);
}

describe.each<Version>(['0.9.17', '2.5.0', '4.8.4'])(
  'a class and listeners on one namespace, to a client %s',
  (version) => {
    it('each answer their own events, and unknown events are unhandled', async () => {
      const client = await greeter(version, (socket) => {
        socket.on('part', (name: string, done: (text: string) => void) => done(`a listener sees ${name} off`));
      });
      expect(await client.ask('greet', 'Ann')).toEqual(['the class greets Ann']);
      expect(await client.ask('part', 'Ann')).toEqual(['a listener sees Ann off']);
      expect(await client.ask('dance', 'Ann')).toEqual([['unhandled', 'dance', 'Ann']]);
    });

    it('do not both answer: the listener takes precedence, until it is removed', async () => {
      const client = await greeter(version, (socket) => {
        const listener = (name: string, done: (text: string) => void) => {
          socket.off('greet', listener);
          done(`a listener greets ${name}`);
        };
        socket.on('greet', listener);
      });
      expect(await client.ask('greet', 'Ann')).toEqual(['a listener greets Ann']);
      expect(await client.ask('greet', 'Ann')).toEqual(['the class greets Ann']);
    });

    it('run after the same middlewares and catch-all listeners', async () => {
      const seen: unknown[] = [];
      const client = await greeter(version, (socket) => {
        socket.on('part', (done: (text: string) => void) => done('bye'));
        socket.onAny((event: string) => seen.push(event));
        socket.use(([event], next) => {
          seen.push(`middleware: ${event}`);
          next();
        });
      });
      await client.ask('greet', 'Ann');
      await client.ask('part');
      expect(seen).toEqual(['greet', 'middleware: greet', 'part', 'middleware: part']);
    });
  },
);
