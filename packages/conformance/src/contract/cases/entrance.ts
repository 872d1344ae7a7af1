import { expect } from 'vitest';
import type { Stage } from '../stage.js';

/** How clients come in, and how they are kept out. */
export const entranceCases = {
  async 'lets a client in'(stage: Stage) {
    const play = await stage.open();
    const client = await play.connected();
    expect(client.socket.connected).toBe(true);
    expect(play.started.io.engine.clientsCount).toBe(1);
  },

  async 'uses the transports that the client asks for'(stage: Stage) {
    const play = await stage.open();
    const client = await play.connected();
    if (stage.mode === 'upgrade') await client.upgraded();
    expect(client.socket.io.engine.transport.name).toBe(stage.mode === 'polling' ? 'polling' : 'websocket');
  },

  async "tells a refused client why, in onConnect's words and with its data"(stage: Stage) {
    const play = await stage.open();
    const refusal = await play.client('/picky').refused();
    expect(refusal.data).toEqual({ door: 'west' });
    // A 2.x client is told the one or the other.
    if (refusal.message !== undefined) expect(refusal.message).toBe('speak, friend');
    if (stage.kind.generation.auth) await play.connected('/picky', { auth: { password: 'mellon' } });
  },

  async 'tells a client that there is no such namespace'(stage: Stage) {
    const play = await stage.open();
    expect(await play.client('/nowhere').refused()).toMatchObject({ message: 'Invalid namespace' });
  },

  async 'gives a namespace made from a pattern its parameters'(stage: Stage) {
    const play = await stage.open();
    const [seventeen, four] = await Promise.all([play.connected('/orders/17'), play.connected('/orders/4')]);
    expect(await Promise.all([seventeen.ask('which'), four.ask('which')])).toEqual([['17'], ['4']]);
  },

  async 'loses nothing while an async onConnect is pending'(stage: Stage) {
    const play = await stage.open();
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
