import { open } from '../../client/open.js';
import { Failure } from '../../failure.js';
import { engineErrorOf, enginePath, sessionOf } from '../../wire/handshake.js';
import { ask } from '../../wire/http.js';
import { Channel } from '../../wire/websocket.js';
import { median, milliseconds } from './basics.js';
import { type Check, type Facts, type Finding, failed, info, ok, skipped, warning } from './report.js';
import { isUnknownSession, PollingSession } from './session.js';

const WITHOUT_ENGINE = skipped('no session can be opened');

const PROXY_FOR_WEBSOCKETS = 'Let the proxy pass Upgrade and Connection on (docs/proxies), or use polling alone.';

/** A WebSocket opens a session at once; with the round trip of its pings. */
export const webSocket: Check = {
  id: 'websocket',
  async run(facts) {
    const { target, engine } = facts;
    if (engine === undefined) return WITHOUT_ENGINE;
    try {
      const channel = await Channel.open(target, enginePath(target, engine, { transport: 'websocket' }));
      try {
        if (!(await channel.next()).startsWith('0{')) return failed('the WebSocket opens, but no session does');
        facts.webSocket = true;
        const times: number[] = [];
        for (let ping = 0; ping < PINGS; ping++) times.push(await channel.roundTrip());
        return ok(`a session over WebSocket; a round trip takes ${milliseconds(median(times))} (median of ${PINGS})`);
      } finally {
        channel.close();
      }
    } catch (error) {
      facts.webSocket = false;
      if (error instanceof Failure) return failed(error.message, PROXY_FOR_WEBSOCKETS);
      throw error;
    }
  },
};

const PINGS = 5;

/** Checks that a session that began with polling continues over WebSocket. */
export const upgrade: Check = {
  id: 'upgrade',
  async run({ target, engine, session, webSocket }) {
    if (engine === undefined || session === undefined) return skipped('polling is off');
    if (!session.upgrades.includes('websocket')) return info('the server offers no upgrade to WebSocket');
    if (webSocket === false) return skipped('WebSockets do not open');
    const polling = await PollingSession.open(target, engine);
    const headers = cookieHeader(polling.cookies);
    try {
      const channel = await Channel.open(target, polling.path({ transport: 'websocket' }), { headers });
      try {
        channel.send('2probe');
        const answer = await channel.next();
        if (answer !== '3probe') return failed('the server does not answer the probe of the upgrade', STICKY);
        channel.send('5');
        const others = session.upgrades.includes('webtransport') ? '; WebTransport is offered, too, and not tried' : '';
        return ok(`polling changes to WebSocket${others}`);
      } finally {
        channel.close();
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await polling.close(headers);
      return failed(`the WebSocket of a session that began with polling fails: ${error.message}`, STICKY);
    }
  },
};

const STICKY =
  'Let the balancer send all requests of a session to one server (sticky sessions), or serve WebSocket alone: --transport websocket.';

/** Several sessions, each over several connections: a balancer must send them to the server that knows the session. */
export const stickiness: Check = {
  id: 'stickiness',
  async run(facts) {
    const { engine, session, sessions } = facts;
    if (engine === undefined || session === undefined)
      return skipped('polling is off, so that each session is one connection');
    const without = await countLost(facts, false);
    if (without.lost === 0)
      return ok(`${sessions} sessions over ${sessions * REQUESTS} connections reached their server`);
    const text = `${without.lost} of ${sessions} sessions were lost: a request went to a server that does not know its session`;
    if (!without.hasCookies) return failed(text, STICKY);
    const withCookies = await countLost(facts, true);
    if (withCookies.lost > 0) return failed(text, STICKY);
    return warning(
      `sessions stay on their server only with a cookie of the balancer: ${text}`,
      'Clients must send cookies: withCredentials in browsers, extraHeaders or a cookie jar elsewhere.',
    );
  },
};

/** Requests of a session: the handshake, a POST and a GET. */
const REQUESTS = 3;

async function countLost(facts: Facts, sendsCookies: boolean): Promise<{ lost: number; hasCookies: boolean }> {
  const { target, engine = '4', sessions } = facts;
  let lost = 0;
  let hasCookies = false;
  for (let count = 0; count < sessions; count++) {
    const polling = await PollingSession.open(target, engine);
    hasCookies ||= polling.cookies !== '';
    const headers = sendsCookies ? cookieHeader(polling.cookies) : {};
    // A CONNECT, which the next poll answers. Older versions have connected the client already.
    const posted = await polling.post(engine === '4' ? connectPacket(facts) : '2', headers);
    const polled = isUnknownSession(posted) ? posted : await polling.poll(headers);
    if (isUnknownSession(polled)) lost++;
    await polling.close(headers);
  }
  return { lost, hasCookies };
}

function connectPacket({ target: { namespace, auth } }: Facts): string {
  return `40${namespace === '/' ? '' : `${namespace},`}${auth === undefined ? '' : JSON.stringify(auth)}`;
}

const cookieHeader = (cookies: string): Readonly<Record<string, string>> => (cookies === '' ? {} : { Cookie: cookies });

/** Checks that the namespace accepts a client. */
export const namespace: Check = {
  id: 'namespace',
  async run({ target, engine, session, webSocket }) {
    if (engine === undefined) return WITHOUT_ENGINE;
    const transport = session === undefined ? 'websocket' : webSocket ? target.transport : 'polling';
    const protocol = engine === '3' && Number(target.protocol) > 2 ? '2' : target.protocol;
    const started = performance.now();
    const client = await open({ ...target, transport, protocol }, { event() {}, close() {} });
    const time = performance.now() - started;
    await client.close();
    return ok(`${target.namespace} takes a client in after ${milliseconds(time)}`);
  },
};

/** An origin that no server allows on purpose. */
const STRANGER = 'https://stranger.invalid';

/** The rights of pages of other origins. */
export const origin: Check = {
  id: 'origin',
  async run({ target, engine, session, origin }) {
    if (engine === undefined) return WITHOUT_ENGINE;
    const page = origin ?? STRANGER;
    const headers = { Origin: page };
    const opensWebSocket = await Channel.open(target, enginePath(target, engine, { transport: 'websocket' }), {
      headers,
    }).then(
      (channel) => {
        channel.close();
        return true;
      },
      () => false,
    );
    if (session === undefined)
      return origin === undefined ? judgeStranger(opensWebSocket, false) : judgeOwn(page, opensWebSocket, true);
    const answer = await ask(target, enginePath(target, engine, { transport: 'polling' }), { headers });
    const allowed = answer.headers['access-control-allow-origin'];
    const isReadable = sessionOf(answer) !== undefined && (allowed === page || allowed === '*');
    if (origin !== undefined) return judgeOwn(page, opensWebSocket, isReadable);
    return judgeStranger(opensWebSocket, isReadable && answer.headers['access-control-allow-credentials'] === 'true');
  },
};

function judgeOwn(page: string, opensWebSocket: boolean, isReadable: boolean): Finding {
  const remedy = `Add ${page} to the allowed origins of the server (cors.origin).`;
  if (opensWebSocket && isReadable) return ok(`pages of ${page} can connect`);
  if (opensWebSocket) return failed(`pages of ${page} cannot poll: the answer has no fitting CORS headers`, remedy);
  if (isReadable) return failed(`pages of ${page} cannot open a WebSocket`, remedy);
  return failed(`pages of ${page} cannot connect`, remedy);
}

function judgeStranger(opensWebSocket: boolean, sendsCookies: boolean): Finding {
  const remedy = 'Allow your own origins only, if users log in with cookies.';
  if (sendsCookies) return warning('any website can connect with the cookies of its visitors', remedy);
  if (opensWebSocket) return warning('any website can open a WebSocket, with the cookies of its visitors', remedy);
  return ok('other websites cannot connect; --origin tests an allowed one');
}

/** A browser asks before a request with headers of its own. */
export const cors: Check = {
  id: 'cors',
  async run({ target, engine, session, origin }) {
    if (engine === undefined || session === undefined) return skipped('polling is off');
    const answer = await ask(target, enginePath(target, engine, { transport: 'polling' }), {
      method: 'OPTIONS',
      headers: {
        Origin: origin ?? STRANGER,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-custom',
      },
    });
    const { 'access-control-allow-origin': allowed, 'access-control-allow-headers': names = '' } = answer.headers;
    if (allowed === undefined) {
      const text = `pages of ${origin ?? 'other origins'} may not send headers of their own`;
      return origin === undefined ? info(text) : warning(text, 'Set cors.origin, if pages send extraHeaders.');
    }
    const all = allowed === '*' || names !== '';
    return info(`a preflight allows ${allowed}${all ? `, with the headers ${names || '*'}` : ''}`);
  },
};

/** Whether messages and files are compressed. */
export const compression: Check = {
  id: 'compression',
  async run({ target, engine, webSocket }) {
    if (engine === undefined) return WITHOUT_ENGINE;
    const file = await ask(target, `${target.path}socket.io.js`, { headers: { 'Accept-Encoding': 'gzip, br' } });
    const encoding = file.headers['content-encoding'];
    const ofFile =
      file.status === 200 ? `; the client file comes ${encoding === undefined ? 'as it is' : `as ${encoding}`}` : '';
    if (webSocket === false) return info(`no WebSocket to compress${ofFile}`);
    const channel = await Channel.open(target, enginePath(target, engine, { transport: 'websocket' }), {
      deflate: true,
    });
    const { isDeflated } = channel;
    channel.close();
    return info(`WebSocket messages are ${isDeflated ? 'compressed (permessage-deflate)' : 'not compressed'}${ofFile}`);
  },
};

/** The same path without its slash, and the default path: where a wrong path might have meant to lead. */
export async function guessPath({ target }: Facts): Promise<string | undefined> {
  for (const path of ['/socket.io/', '/ws/', '/api/socket.io/', '/engine.io/']) {
    if (path === target.path) continue;
    const answer = await ask(target, enginePath({ ...target, path }, '4', { transport: 'polling' }));
    if (sessionOf(answer) !== undefined || engineErrorOf(answer) !== undefined) return path;
  }
  return undefined;
}
