import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { Failure, failureOf, timeoutOf } from '../../failure.js';
import { plain } from '../../values.js';
import {
  engineErrorOf,
  enginePath,
  failureOfAnswer,
  legacyPath,
  legacySessionOf,
  sessionOf,
} from '../../wire/handshake.js';
import { ask } from '../../wire/http.js';
import { type Check, failed, info, ok, warning } from './report.js';
import { PollingSession } from './session.js';

/** The name has an address, and something listens there. */
export const address: Check = {
  id: 'address',
  async run({ target: { origin, timeout } }) {
    const { hostname, port, protocol } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    try {
      const addresses = await lookup(host, { all: true });
      const started = performance.now();
      await listens(host, Number(port || (protocol === 'https:' ? 443 : 80)), timeout, origin);
      const list = addresses.map((each) => each.address).join(', ');
      return ok(`${list} accepts connections in ${milliseconds(performance.now() - started)}`);
    } catch (error) {
      throw failureOf(error, origin);
    }
  },
};

function listens(host: string, port: number, timeout: number, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout });
    socket.once('connect', () => resolve(void socket.destroy()));
    socket.once('timeout', () => reject(timeoutOf(origin, timeout)));
    socket.once('error', reject);
  });
}

/** Polling opens a session. */
export const handshake: Check = {
  id: 'handshake',
  async run(facts) {
    const { target } = facts;
    let refusal: Failure | undefined;
    for (const engine of ['4', '3'] as const) {
      const path = enginePath(target, engine, { transport: 'polling' });
      const answer = await ask(target, path);
      const session = sessionOf(answer);
      if (session !== undefined) {
        Object.assign(facts, { engine, answer, session });
        const { pingInterval, pingTimeout, maxPayload } = session;
        const limit = maxPayload === undefined ? '' : `, at most ${maxPayload} bytes in a request`;
        return ok(
          `a session over polling; a heartbeat every ${pingInterval} ms, ${pingTimeout} ms to answer it${limit}`,
        );
      }
      if (engineErrorOf(answer)?.code === 0) {
        Object.assign(facts, { engine, answer });
        return info('polling is off: clients must begin with WebSocket');
      }
      refusal ??= failureOfAnswer(target, answer);
    }
    throw refusal ?? new Failure('not_socket_io', `${target.origin} opens no session.`);
  },
};

/** The clients that are served: each version has its own handshake. */
export const versions: Check = {
  id: 'versions',
  async run({ target }) {
    const served: string[] = [];
    for (const [engine, names] of [
      ['4', '3 and 4'],
      ['3', '1 and 2'],
    ] as const) {
      const answer = await ask(target, enginePath(target, engine, { transport: 'polling' }));
      // Without polling, the error code shows whether the version is supported.
      const error = engineErrorOf(answer);
      if (sessionOf(answer) !== undefined || error?.code === 0) served.push(names);
    }
    const legacy = await ask(target, legacyPath(target));
    if (legacySessionOf(legacy) !== undefined) served.push('0.9');
    const bundle = await ask(target, `${target.path}socket.io.js`);
    const own = /Socket\.IO v([\d.]+)/.exec(bundle.body.slice(0, 200))?.[1];
    const file = own === undefined ? 'no client file is served' : `the client file that it serves is ${plain(own)}`;
    return info(`clients of ${served.join(', of ')} can connect; ${file}`);
  },
};

/** Tokens with times need clocks that agree. */
export const clock: Check = {
  id: 'clock',
  async run({ target, answer }) {
    const { headers, time } = answer ?? (await ask(target, `${target.path}socket.io.js`));
    if (headers.date === undefined) return info('the server does not tell its time');
    // `Date` has whole seconds.
    const offset = Date.parse(headers.date) + 500 - (Date.now() - time / 2);
    const seconds = Math.abs(offset / 1000).toFixed(1);
    if (Math.abs(offset) < MOST_OFFSET) return ok('agrees with the clock of this machine');
    return warning(
      `the server is ${seconds} s ${offset > 0 ? 'ahead of' : 'behind'} this machine`,
      'Synchronise both clocks: tokens that expire are refused too early or too late.',
    );
  },
};

/** Milliseconds. */
const MOST_OFFSET = 5000;

/** The certificate, for as long as it is valid. */
export const certificate: Check = {
  id: 'certificate',
  async run({ target, answer }) {
    if (!target.origin.startsWith('https:')) {
      const { hostname } = new URL(target.origin);
      const isLocal = /^(localhost|127\..*|\[::1\])$/.test(hostname);
      return isLocal
        ? info('no TLS, on this machine')
        : warning('no TLS: others can read and change what is sent', 'Serve https, in the app or in a proxy.');
    }
    const ends = answer?.certificateEnds;
    if (ends === undefined) return info('TLS; the end of the certificate is unknown');
    const days = Math.floor((ends.getTime() - Date.now()) / 86_400_000);
    if (days >= LEAST_DAYS) return ok(`the certificate is valid for ${days} more days`);
    if (days < 0) return failed('the certificate has expired', 'Renew the certificate.');
    return warning(`the certificate ends in ${days} ${days === 1 ? 'day' : 'days'}`, 'Renew the certificate.');
  },
};

const LEAST_DAYS = 14;

/** Proxies cut connections that are silent for a while. */
export const heartbeat: Check = {
  id: 'heartbeat',
  async run({ session }) {
    if (session === undefined) return info('unknown without polling');
    const { pingInterval } = session;
    if (pingInterval < PROXY_PATIENCE)
      return ok(`${pingInterval} ms, below the 60 s after which proxies cut a silent connection`);
    return warning(
      `a heartbeat every ${pingInterval} ms: many proxies cut a connection that is silent for 60 s`,
      'Set pingInterval below 60000, or raise the timeout of the proxy.',
    );
  },
};

const PROXY_PATIENCE = 60_000;

/** Times of requests and of answers over an open WebSocket. */
export const latency: Check = {
  id: 'latency',
  async run({ target, engine, session }) {
    if (engine === undefined || session === undefined) return info('unknown without polling');
    const times: number[] = [];
    for (let attempt = 0; attempt < LATENCY_SAMPLES; attempt++) {
      const started = performance.now();
      await (await PollingSession.open(target, engine)).close();
      times.push(performance.now() - started);
    }
    return info(
      `${milliseconds(median(times) / 2)} for a request, with its connection (median of ${LATENCY_SAMPLES * 2})`,
    );
  },
};

const LATENCY_SAMPLES = 3;

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export const milliseconds = (time: number): string => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
