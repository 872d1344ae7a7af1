import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { type Harness, handshakes } from '../harness.js';
import type { Verdict } from '../setup.js';

const unauthorized: Verdict = { status: 401, headers: { 'www-authenticate': 'Token' }, body: 'who are you?' };

function wantsToken(headers: IncomingHttpHeaders): Verdict | undefined {
  return headers['x-token'] === 'good' ? undefined : unauthorized;
}

/** Middlewares in front of the mount decide, whatever the client. */
export const guardCases = {
  async 'gives a client the 401 of a guard, and lets in a client that satisfies it'(harness: Harness) {
    const play = await harness.open({ guard: wantsToken });
    await play.client().refused();
    const first = harness.mode === 'websocket only' ? handshakes.websocket : handshakes.polling;
    const answer = await (harness.mode === 'websocket only' ? play.refusedUpgrade(first) : play.fetch(first));
    expect(answer).toMatchObject({ status: 401, body: 'who are you?', headers: { 'www-authenticate': 'Token' } });
    expect(play.started.io.engine.clientsCount).toBe(0);
    const client = await play.connected('/', { extraHeaders: { 'x-token': 'good' } });
    if (harness.mode === 'upgrade') await client.upgraded();
    expect(await client.ask('echo', 'in')).toEqual(['in']);
  },
};

/** Answers of guards, and their questions. */
export const guardedRequestCases = {
  async 'gives 503 to whom allowRequest never lets in or refuses'(harness: Harness) {
    const play = await harness.open({ options: { handshakeTimeout: 50, allowRequest: () => {} } });
    const first = harness.mode === 'websocket only' ? handshakes.websocket : handshakes.polling;
    const answer = await (harness.mode === 'websocket only' ? play.refusedUpgrade(first) : play.fetch(first));
    expect(answer.status).toBe(503);
    expect(play.started.io.engine.clientsCount).toBe(0);
  },

  async 'gives a client the redirect of a guard'(harness: Harness) {
    const redirect: Verdict = { status: 302, headers: { location: '/login' }, body: '' };
    const play = await harness.open({ guard: () => redirect });
    const answer = await (harness.mode === 'websocket only'
      ? play.refusedUpgrade(handshakes.websocket)
      : play.fetch(handshakes.polling));
    expect(answer).toMatchObject({ status: 302, headers: { location: '/login' } });
    expect(play.started.io.engine.clientsCount).toBe(0);
  },

  async 'leaves a client on polling when a guard refuses the upgrade alone'(harness: Harness) {
    if (harness.mode !== 'upgrade') return;
    const play = await harness.open({ guard: ({ upgrade }) => (upgrade === undefined ? undefined : unauthorized) });
    const client = await play.connected();
    const { sid } = JSON.parse((await play.fetch(handshakes.polling)).body.slice(1)) as { sid: string };
    expect(await play.refusedUpgrade(`${handshakes.websocket}&sid=${sid}`)).toMatchObject({ status: 401 });
    expect(await client.ask('echo', 'still polling')).toEqual(['still polling']);
    expect(client.socket.io.engine.transport.name).toBe('polling');
  },

  async 'asks a guard about every poll and post of a connection'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    let closed = false;
    const play = await harness.open({ guard: () => (closed ? unauthorized : undefined) });
    const { sid } = JSON.parse((await play.fetch(handshakes.polling)).body.slice(1)) as { sid: string };
    const session = `${handshakes.polling}&sid=${sid}`;
    expect(await play.fetch(session, { method: 'POST', body: '40' })).toMatchObject({ status: 200, body: 'ok' });
    closed = true;
    expect(await play.fetch(session)).toMatchObject({ status: 401, body: 'who are you?' });
    expect(await play.fetch(session, { method: 'POST', body: '42["echo"]' })).toMatchObject({ status: 401 });
    closed = false;
    expect((await play.fetch(session)).status).toBe(200);
  },
};
