import type { Answer } from '@sio/test-kit';
import { expect } from 'vitest';
import { type Harness, handshakes, type Play } from '../harness.js';
import type { Mount } from '../setup.js';

/** An app whose guard counts the requests that it is asked about. */
async function counted(harness: Harness, options: Mount['options'] = {}, session = false) {
  const asked = { count: 0 };
  const guard = () => {
    asked.count += 1;
    return undefined;
  };
  const prefixes = ['/api'] as const;
  const play = await harness.open({
    guard,
    session,
    prefixes,
    options: { establishedRequests: 'direct', drain: false, ...options },
  });
  return { play, asked };
}

async function openSession(play: Play, headers: Record<string, string> = {}): Promise<string> {
  const { body } = await play.fetch(`/api${handshakes.polling}`, { headers });
  const { sid } = JSON.parse(body.slice(1)) as { sid: string };
  return `/api${handshakes.polling}&sid=${sid}`;
}

const FOREIGN = { origin: 'https://app.example' };

function originAllowed({ headers }: Answer): unknown {
  return [headers['access-control-allow-origin'], headers['access-control-allow-credentials']];
}

/** Clients of servers that let the requests of open sessions go past the framework. */
export const directCases = {
  async "asks a guard about handshakes alone with establishedRequests: 'direct'"(harness: Harness) {
    const { play, asked } = await counted(harness);
    const client = await play.connected('/', { path: '/api/socket.io/' });
    if (harness.mode === 'upgrade') await client.upgraded();
    const handshake = asked.count;
    expect(await client.ask('echo', 'direct')).toEqual(['direct']);
    expect(await client.ask('request is frameworks')).toEqual([true]);
    expect([handshake, asked.count]).toEqual([1, 1]);
    client.socket.disconnect();
    await play.deserted();
    expect(await play.fetch('/hello')).toMatchObject({ status: 200, body: 'hello' });
    expect(asked.count).toBe(2);
  },
};

/** The same, with the session of the framework. */
export const directSessionCases = {
  async 'shows handlers the login session where requests of open sessions go past the framework'(harness: Harness) {
    const { play } = await counted(harness, {}, true);
    const { headers } = await play.fetch('/login/ann');
    const cookie = (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
    const client = await play.connected('/', { path: '/api/socket.io/', extraHeaders: { cookie } });
    expect(await client.ask('whoami')).toEqual(['ann']);
    await client.ask('become', 'ben');
    expect((await play.fetch('/whoami', { headers: { cookie } })).body).toBe('ben');
    expect(await client.ask('whoami')).toEqual(['ben']);
  },
};

/** Requests that stay with the framework, and headers of those that do not. */
export const directRequestCases = {
  async 'leads requests that name no open session, or come to another path, through the framework'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const { play, asked } = await counted(harness);
    const session = await openSession(play);
    expect(asked.count).toBe(1);
    expect((await play.fetch(`${session}x`)).status).toBe(400);
    expect(asked.count).toBe(2);
    expect((await play.fetch(session.replace('/api', '/other'))).status).toBe(404);
    expect(asked.count).toBe(3);
    await play.fetch(session, { method: 'PUT', body: '40' });
    expect(asked.count).toBe(4);
  },

  async 'leads the polls of a foreign page through the framework, which may have to allow its origin'(
    harness: Harness,
  ) {
    if (harness.mode !== 'polling') return;
    const { play, asked } = await counted(harness);
    const session = await openSession(play);
    expect((await play.fetch(session, { method: 'POST', body: '40', headers: FOREIGN })).status).toBe(200);
    expect(asked.count).toBe(2);
    const own = { origin: play.started.url };
    expect((await play.fetch(session, { headers: own })).body).toMatch(/^40/);
    expect(asked.count).toBe(2);
  },

  async 'sends the CORS headers of the option cors past the framework, too'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const { play, asked } = await counted(harness, { cors: { origin: FOREIGN.origin, credentials: true } });
    const session = await openSession(play, FOREIGN);
    const posted = await play.fetch(session, { method: 'POST', body: '40', headers: FOREIGN });
    const polled = await play.fetch(session, { headers: FOREIGN });
    expect([posted.status, polled.status, asked.count]).toEqual([200, 200, 1]);
    expect([posted, polled].map(originAllowed)).toEqual([
      [FOREIGN.origin, 'true'],
      [FOREIGN.origin, 'true'],
    ]);
  },

  async 'asks the framework about a host that allowedHosts does not list'(harness: Harness) {
    if (harness.mode !== 'polling') return;
    const { play, asked } = await counted(harness, { allowedHosts: ['chat.example'] });
    const host = { host: 'chat.example' };
    const session = await openSession(play, host);
    expect((await play.fetch(session, { method: 'POST', body: '40', headers: host })).status).toBe(200);
    expect((await play.fetch(session, { headers: host })).body).toMatch(/^40/);
    expect(asked.count).toBe(1);
    expect((await play.fetch(session, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect(asked.count).toBe(2);
  },
};
