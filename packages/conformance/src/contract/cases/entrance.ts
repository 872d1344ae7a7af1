import { expect } from 'vitest';
import type { Harness } from '../harness.js';

/** How clients come in, and how they are kept out. */
export const entranceCases = {
  async 'lets a client in'(harness: Harness) {
    const play = await harness.open();
    const client = await play.connected();
    expect(client.socket.connected).toBe(true);
    expect(play.started.io.engine.clientsCount).toBe(1);
  },

  async 'uses the transports that the client asks for'(harness: Harness) {
    const play = await harness.open();
    const client = await play.connected();
    if (harness.mode === 'upgrade') await client.upgraded();
    expect(client.socket.io.engine.transport.name).toBe(harness.mode === 'polling' ? 'polling' : 'websocket');
  },

  async "tells a refused client why, in onConnect's words and with its data"(harness: Harness) {
    const play = await harness.open();
    const refusal = await play.client('/picky').refused();
    expect(refusal.data).toEqual({ door: 'west' });
    // A 2.x client is told the one or the other.
    if (refusal.message !== undefined) expect(refusal.message).toBe('speak, friend');
    if (harness.kind.generation.auth) await play.connected('/picky', { auth: { password: 'mellon' } });
  },

  async 'tells a client that there is no such namespace'(harness: Harness) {
    const play = await harness.open();
    expect(await play.client('/nowhere').refused()).toMatchObject({ message: 'Invalid namespace' });
  },

  async 'gives a namespace made from a pattern its parameters'(harness: Harness) {
    const play = await harness.open();
    const [seventeen, four] = await Promise.all([play.connected('/orders/17'), play.connected('/orders/4')]);
    expect(await Promise.all([seventeen.ask('which'), four.ask('which')])).toEqual([['17'], ['4']]);
  },

  async 'loses nothing while an async onConnect is pending'(harness: Harness) {
    const play = await harness.open();
    const client = play.client('/slow');
    const greetings = client.inbox('greeting');
    for (const note of ['a', 'b', 'c']) client.emit('note', note);
    play.probe.open();
    await client.connected();
    client.emit('note', 'd');
    expect(await play.probe.notes.take(4)).toEqual(['a', 'b', 'c', 'd']);
    expect(await greetings.take(3)).toEqual([['before'], ['after'], ['ready']]);
  },
};
