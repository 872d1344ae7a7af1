import { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';
import { expect, it } from 'vitest';
import { ask, harness, pair } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

interface EventPacket {
  data: unknown[];
}

/** socket.io's types call it private, but libraries replace it. */
interface Replaceable {
  onevent(packet: EventPacket): void;
}

const replaceable = (socket: Socket) => socket as unknown as Replaceable;

onBoth('a replaced onevent', (load) => {
  it('sees every event, and can call the listeners of another event', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const { onevent } = replaceable(socket);
    const seen: unknown[][] = [];
    replaceable(socket).onevent = function (packet) {
      const args = packet.data;
      onevent.call(this, packet);
      packet.data = ['*', ...args];
      onevent.call(this, packet);
    };
    socket.on('*', (...args: unknown[]) => seen.push(args.filter((arg) => typeof arg !== 'function')));
    socket.on('known', (text: string, answer: (text: string) => void) => answer(text.toUpperCase()));
    peer.emit('unknown', 1);
    expect(await ask(peer, 'known', 'hello')).toEqual(['HELLO']);
    expect(seen).toEqual([
      ['unknown', 1],
      ['known', 'hello'],
    ]);
  });

  it('can call listeners through EventEmitter’s emit', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const { emit } = EventEmitter.prototype;
    replaceable(socket).onevent = function (packet) {
      emit.call(this as unknown as EventEmitter, '*', packet);
    };
    const seen = new Promise<EventPacket>((resolve) => socket.on('*', resolve));
    peer.emit('unknown', 1, 2);
    expect((await seen).data).toEqual(['unknown', 1, 2]);
  });
});
