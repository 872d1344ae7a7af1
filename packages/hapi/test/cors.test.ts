import type { RouteOptionsCors } from '@hapi/hapi';
import { describe, expect, test } from 'vitest';
import { connected, listen, makeServer, mountEcho } from './support/kit.js';

const ORIGIN = 'https://page.example';
const OTHER = 'https://other.example';
const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

/** The CORS headers of an answer, `Vary` aside. */
function corsHeaders(answer: Response): Record<string, string> {
  return Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('access-control-')));
}

async function ask(url: string, origin = ORIGIN) {
  const headers = { origin };
  const handshake = await fetch(url + HANDSHAKE, { headers });
  const text = await handshake.text();
  const { sid } = text.startsWith('0') ? JSON.parse(text.slice(1)) : { sid: 'nobody' };
  const posted = await fetch(`${url}${HANDSHAKE}&sid=${sid}`, { method: 'POST', body: '40', headers });
  const polled = await fetch(`${url}${HANDSHAKE}&sid=${sid}`, { headers });
  const asked = { ...headers, 'access-control-request-method': 'POST' };
  const preflight = await fetch(url + HANDSHAKE, { method: 'OPTIONS', headers: asked });
  return { handshake, posted, polled, preflight };
}

const hapis: RouteOptionsCors = { origin: [ORIGIN], credentials: true, additionalExposedHeaders: ['X-Hapi'] };
const ours = { cors: { origin: [ORIGIN, OTHER], exposedHeaders: 'X-Ours' } };
const sent = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true' };
const exposed = { 'access-control-expose-headers': 'WWW-Authenticate,Server-Authorization,X-Hapi' };

describe('CORS', () => {
  test.each([
    ['the server', {}],
    ['the server, where the mount has the option cors as well', ours],
  ])('comes only from Hapi if it is on for %s, including polls', async (_where, options) => {
    const server = makeServer({ routes: { cors: hapis } });
    await mountEcho(server, { allowedOrigins: [ORIGIN], ...options });
    const { handshake, posted, polled, preflight } = await ask(await listen(server));
    for (const answer of [handshake, posted, polled]) {
      expect(answer.status).toBe(200);
      expect(corsHeaders(answer)).toEqual({ ...sent, ...exposed });
      expect(answer.headers.get('vary')?.toLowerCase().split(/, */)).toContain('origin');
    }
    expect(preflight.status).toBe(200);
    expect(corsHeaders(preflight)).toMatchObject({ ...sent, 'access-control-allow-methods': 'POST' });
  });

  test('comes from Hapi if it is on for the mount’s routes', async () => {
    const server = makeServer();
    await mountEcho(server, { allowedOrigins: '*', route: { cors: { origin: ['*'] } } });
    const { handshake, posted, polled, preflight } = await ask(await listen(server), OTHER);
    for (const answer of [handshake, posted, polled, preflight]) {
      expect(corsHeaders(answer)).toMatchObject({ 'access-control-allow-origin': OTHER });
    }
  });

  test('allows every origin if Hapi ignores origins', async () => {
    const server = makeServer({ routes: { cors: { origin: 'ignore' } } });
    await mountEcho(server, { allowedOrigins: '*' });
    const answers = await ask(await listen(server), OTHER);
    for (const answer of Object.values(answers)) {
      expect(corsHeaders(answer)).toMatchObject({ 'access-control-allow-origin': '*' });
    }
  });

  test('is refused by Hapi for origins that it does not list', async () => {
    const server = makeServer({ routes: { cors: hapis } });
    await mountEcho(server, { allowedOrigins: '*' });
    const answers = await ask(await listen(server), OTHER);
    const headers = Object.values(answers).map(corsHeaders);
    // The option `allowedOrigins` would let it in, and so answers what Hapi has left open.
    expect(headers[3]).toEqual({});
  });

  test('comes from the mount with the option cors, also beside routes with Hapi’s', async () => {
    const server = makeServer();
    await mountEcho(server, ours);
    server.route({ method: 'GET', path: '/hello', handler: () => 'hello', options: { cors: true } });
    const { handshake, posted, polled, preflight } = await ask(await listen(server));
    const headers = { 'access-control-allow-origin': ORIGIN, 'access-control-expose-headers': 'X-Ours' };
    for (const answer of [handshake, posted, polled]) expect(corsHeaders(answer)).toEqual(headers);
    expect(preflight.status).toBe(204);
    expect(corsHeaders(preflight)).toMatchObject({ 'access-control-allow-origin': ORIGIN });
  });

  test('is off without either, and pages of other origins are refused', async () => {
    const server = makeServer();
    await mountEcho(server);
    const { handshake } = await ask(await listen(server));
    expect(handshake.status).toBe(403);
    expect(corsHeaders(handshake)).toEqual({});
  });

  test('lets clients of an allowed page connect', async () => {
    const server = makeServer({ routes: { cors: hapis } });
    await mountEcho(server, { allowedOrigins: [ORIGIN] });
    const url = await listen(server);
    const socket = await connected(url, { extraHeaders: { origin: ORIGIN } });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });
});
