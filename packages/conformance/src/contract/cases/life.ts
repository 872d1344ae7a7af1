import { expect } from 'vitest';
import type { Harness } from '../harness.js';

/** How connections end and begin again. */
export const lifeCases = {
  async 'is told when a client leaves'(harness: Harness) {
    const play = await harness.open();
    const client = await play.connected();
    client.close();
    expect(await client.disconnected()).toBe(harness.kind.generation.reasons.left);
    expect(await play.probe.gone.next()).toBe('client namespace disconnect');
    await play.deserted();
  },

  async 'disconnects a client'(harness: Harness) {
    const play = await harness.open();
    const [one, all] = await Promise.all([play.connected(), play.connected()]);
    one.emit('kick', false);
    expect(await one.disconnected()).toBe(harness.kind.generation.reasons.sentAway);
    all.emit('kick', true);
    expect(await all.disconnected()).toBe(harness.kind.generation.reasons.sentAway);
    expect(await play.probe.gone.take(2)).toEqual(['server namespace disconnect', 'server namespace disconnect']);
  },

  async 'takes a client back after a lost connection'(harness: Harness) {
    const play = await harness.open();
    const options = { reconnection: true, reconnectionDelay: 1, reconnectionDelayMax: 2 };
    const client = await play.connected('/', options);
    const again = client.next('connect');
    client.emit('drop');
    const { lost } = harness.kind.generation.reasons;
    const reason = await client.disconnected();
    if (lost !== undefined) expect(reason).toBe(lost);
    await again;
    expect(await client.ask('echo', 'still here')).toEqual(['still here']);
    expect(play.started.io.of('/').sockets.size).toBe(1);
  },

  async "lets an acknowledgement finish before the framework's close ends the client"(harness: Harness) {
    const play = await harness.open({ options: { drain: { deadline: 10_000, jitter: 0 } } });
    const client = await play.connected();
    const answer = client.ask('putQuestion', 'still here?');
    client.answer('question', (question) => {
      void play.close();
      return [`${question} yes`];
    });
    expect(await answer).toEqual(['still here? yes']);
    await client.disconnected();
    await play.close();
  },

  async "ends clients with the framework's own close, which does not hang"(harness: Harness) {
    const play = await harness.open();
    const client = await play.connected();
    await play.close();
    await client.disconnected();
    await play.deserted();
    expect(play.started.httpServer.listening).toBe(false);
  },
};
