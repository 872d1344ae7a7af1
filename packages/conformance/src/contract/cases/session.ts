import type { Answer } from '@sio/test-kit';
import { expect } from 'vitest';
import { type Harness, handshakes, type Play } from '../harness.js';

function cookieOf({ headers }: Pick<Answer, 'headers'>): string {
  return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
}

/** Cookies of somebody who has logged in by HTTP. */
async function logIn(play: Play, user: string): Promise<string> {
  const cookie = cookieOf(await play.fetch(`/login/${user}`));
  expect(cookie).not.toBe('');
  return cookie;
}

async function whoami(play: Play, cookie: string): Promise<string> {
  return (await play.fetch('/whoami', { headers: { cookie } })).body;
}

/** The framework's session is the same for HTTP and for sockets. */
export const sessionCases = {
  async 'sets the session cookie with the first answer'(harness: Harness) {
    const play = await harness.open({ session: true });
    const { headers } = await (harness.mode === 'websocket only'
      ? play.websocket(handshakes.websocket)
      : play.fetch(handshakes.polling));
    const cookie = cookieOf({ headers });
    expect(cookie).not.toBe('');
    const client = await play.connected('/', { extraHeaders: { cookie } });
    await client.ask('become', 'ann');
    expect(await whoami(play, cookie)).toBe('ann');
  },

  async 'shows handlers the session, as HTTP requests have changed it meanwhile'(harness: Harness) {
    const play = await harness.open({ session: true });
    const cookie = await logIn(play, 'ann');
    const client = await play.connected('/', { extraHeaders: { cookie } });
    expect(await client.ask('whoami')).toEqual(['ann']);
    await play.fetch('/login/ben', { headers: { cookie } });
    expect(await client.ask('whoami')).toEqual(['ben']);
  },

  async 'shows HTTP requests what a handler has changed in the session'(harness: Harness) {
    const play = await harness.open({ session: true });
    const cookie = await logIn(play, 'ann');
    const client = await play.connected('/', { extraHeaders: { cookie } });
    if (harness.mode === 'upgrade') await client.upgraded();
    await client.ask('become', 'cid');
    expect(await whoami(play, cookie)).toBe('cid');
    expect(await client.ask('whoami')).toEqual(['cid']);
  },
};

/** Requests change the session that they run with. */
export const sessionRequestCases = {
  async 'lets a logout during a held poll be a logout'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const play = await harness.open({ session: true });
    const cookie = await logIn(play, 'ann');
    const { sid } = JSON.parse((await play.fetch(handshakes.polling, { headers: { cookie } })).body.slice(1)) as {
      sid: string;
    };
    const session = `${handshakes.polling}&sid=${sid}`;
    await play.fetch(session, { method: 'POST', headers: { cookie }, body: '40' });
    expect((await play.fetch(session, { headers: { cookie } })).body).toMatch(/^40/);
    const poll = play.request(session, { headers: { cookie } });
    await play.polled(sid);
    await play.fetch('/logout', { headers: { cookie } });
    play.started.io.emit('news', 'the poll ends');
    expect((await poll.answer()).body).toBe('42["news","the poll ends"]');
    expect(await whoami(play, cookie)).toBe('');
  },
};
