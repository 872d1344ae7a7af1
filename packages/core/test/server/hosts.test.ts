import {
  type ClientProfile,
  FRAMEWORKS,
  fetchAnswer,
  handshakePath,
  isWebSocket,
  PendingRequest,
  PROFILES,
  RARE_PROFILES,
  RawWebSocket,
  refusedUpgrade,
  startServer,
} from '@sio/test-kit';
import { describe, expect, test } from 'vitest';
import { hostCheck } from '../../src/server/endpoint/hosts.js';

const OURS = 'chat.example';
const EVIL = 'evil.example';

/** Those that begin with an HTTP request: a session of WebTransport has none, and its certificate names the server. */
const WITH_REQUEST = [...PROFILES, ...RARE_PROFILES].filter(({ transport }) => transport !== 'webtransport');

const OWN_NAMES = { allowedHosts: [OURS, 'localhost:7000'] };

/** How the first request of a client ends that believes the server to be at `host`. */
async function knock(url: string, profile: ClientProfile, host: string): Promise<{ status: number; body: string }> {
  const headers = { host };
  const first = handshakePath(profile);
  if (isWebSocket(profile) && profile.generation !== '0.9') {
    if (host === EVIL) return refusedUpgrade(url + first, { headers });
    const ws = await RawWebSocket.open(url + first, { headers });
    ws.ws.terminate();
    return { status: 101, body: '' };
  }
  return fetchAnswer(url + first, { headers });
}

describe.each(WITH_REQUEST)('the option allowedHosts: %s', (profile) => {
  test('a listed host is served', async () => {
    const { url } = await startServer(OWN_NAMES);
    const { status } = await knock(url, profile, OURS);
    expect([101, 200]).toContain(status);
  });

  test('another host is refused in the client’s protocol', async () => {
    const { io, url } = await startServer(OWN_NAMES);
    const names: unknown[] = [];
    io.engine.on('connection_error', ({ context }: { context: { name: string } }) => names.push(context.name));
    const { status, body } = await knock(url, profile, EVIL);
    expect(names).toEqual(['FORBIDDEN_HOST']);
    expect(status).toBe(profile.generation === '0.9' && profile.transport === 'jsonp' ? 200 : 403);
    expect(body).toContain(profile.generation === '0.9' ? 'handshake bad host' : 'does not answer to this host');
    expect(io.engine.clientsCount).toBe(0);
  });
});

describe('the option allowedHosts', () => {
  test('applies to every request of a session, not only to the first', async () => {
    const { url } = await startServer(OWN_NAMES);
    const first = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { host: OURS } });
    const { sid } = JSON.parse(first.body.slice(1)) as { sid: string };
    const target = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    expect((await fetchAnswer(target, { headers: { host: EVIL } })).status).toBe(403);
    const post = await fetchAnswer(target, { method: 'POST', body: '40', headers: { host: EVIL } });
    expect(post.status).toBe(403);
    const upgrade = target.replace('polling', 'websocket');
    expect((await refusedUpgrade(upgrade, { headers: { host: EVIL } })).status).toBe(403);
  });

  test('covers the client files', async () => {
    const { url } = await startServer(OWN_NAMES);
    const file = `${url}/socket.io/socket.io.js`;
    expect((await fetchAnswer(file, { headers: { host: EVIL } })).status).toBe(403);
    expect((await fetchAnswer(file, { headers: { host: OURS } })).status).toBe(200);
  });

  test('refuses a page whose own name points to the server, although its origin is its host', async () => {
    const { url } = await startServer(OWN_NAMES);
    const rebound = { host: EVIL, origin: `http://${EVIL}` };
    expect((await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`, { headers: rebound })).status).toBe(403);
  });

  test('is off by default', async () => {
    const { url } = await startServer();
    const answer = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { host: EVIL } });
    expect(answer.status).toBe(200);
  });

  test('logs a refused host once', async () => {
    const told: unknown[] = [];
    const nothing = () => {};
    const logger = { error: nothing, info: nothing, debug: nothing, warn: (what: unknown) => void told.push(what) };
    const { url } = await startServer({ ...OWN_NAMES, logger });
    for (let n = 0; n < 3; n++) await new PendingRequest(`${url}/socket.io/1/`, { headers: { host: EVIL } }).answer();
    expect(told).toEqual([`a request for the host ${EVIL} was refused, which allowedHosts does not list`]);
  });

  test.each(FRAMEWORKS)('works on %s', async (framework) => {
    const { url } = await startServer({ framework, allowedHosts: [OURS] });
    const target = `${url}/socket.io/?EIO=4&transport=polling`;
    expect((await fetchAnswer(target, { headers: { host: EVIL } })).status).toBe(403);
    expect((await fetchAnswer(target, { headers: { host: OURS } })).status).toBe(200);
    const socket = target.replace('polling', 'websocket');
    expect((await refusedUpgrade(socket, { headers: { host: EVIL } })).status).toBe(403);
  });
});

describe('an entry of allowedHosts', () => {
  test.each<[string, string | undefined, boolean]>([
    ['chat.example', 'chat.example', true],
    ['chat.example', 'CHAT.example:8080', true],
    ['chat.example', 'chat.example.', true],
    ['chat.example', 'a.chat.example', false],
    ['chat.example', 'xchat.example', false],
    ['chat.example', undefined, false],
    ['chat.example', '', false],
    ['.chat.example', 'chat.example', true],
    ['.chat.example', 'a.b.chat.example:1', true],
    ['.chat.example', 'evilchat.example', false],
    ['chat.example:8443', 'chat.example:8443', true],
    ['chat.example:8443', 'chat.example', false],
    ['chat.example:8443', 'chat.example:1', false],
    ['[::1]', '[::1]:3000', true],
    ['[::1]', '[::2]:3000', false],
    ['127.0.0.1', '127.0.0.1:3000', true],
    ['localhost', 'evil.example:localhost', false],
    ['localhost', 'user@localhost', false],
  ])('%s, asked about %s: %s', (entry, host, expected) => {
    expect(hostCheck([entry])(host)).toBe(expected);
  });
});
