import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import {
  certificate,
  FRAMEWORKS,
  fetchAnswer,
  legacySessionId,
  PendingRequest,
  RawTcpClient,
  RawWebSocket,
  type Running,
  serve,
  startServer,
  upgradeLines,
} from '@sio/test-kit';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { startHaproxy, startRoundRobin, startTraefik } from '@sio/test-kit/programs';
import { service, tool } from '@sio/test-kit/services';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyWay, startSpread } from './support/spread.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';

/** Opens a session. @returns its id */
async function open({ url }: Running): Promise<string> {
  const { body } = await fetchAnswer(url + POLLING);
  return (JSON.parse(body.slice(1)) as { sid: string }).sid;
}

function post({ url }: Running, sid: string, body = '40') {
  return fetchAnswer(`${url}${POLLING}&sid=${sid}`, { method: 'POST', body });
}

/** No address leads to one of the servers. */
const BY_BROKER = { url: undefined, forward: 'broker' } as const;

describe.skipIf(!hasBroker('redis'))('requests that reach another server than that of their session', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('redis');
  });
  afterAll(() => broker?.close());
  const engine = () => redis(createClient({ url: broker.url }));

  describe.skipIf(service('nginx') === undefined)('behind nginx in plain round robin', () => {
    it.each(FRAMEWORKS)(
      'are served on every transport and protocol version, over HTTP: %s',
      async (framework) => {
        const servers = await startSpread(engine, {}, { framework });
        expect(await everyWay(await startRoundRobin(servers.map(({ port }) => port)))).toEqual([]);
      },
      60_000,
    );

    it.each(FRAMEWORKS)(
      'are served on every transport and protocol version, over the broker: %s',
      async (framework) => {
        const servers = await startSpread(engine, BY_BROKER, { framework });
        expect(await everyWay(await startRoundRobin(servers.map(({ port }) => port)))).toEqual([]);
      },
      60_000,
    );
  });

  it.skipIf(service('haproxy') === undefined)(
    'are served behind HAProxy in plain round robin',
    async () => {
      const [a, b] = (await startSpread(engine)) as [Running, Running];
      const times = ['connect', 'client', 'server', 'tunnel'].map((name) => `  timeout ${name} 60s`);
      const backend = ['  balance roundrobin', '  server a 127.0.0.1:3000', `  server b 127.0.0.1:${b.port}`];
      const lines = ['defaults', '  mode http', ...times, 'listen app', '  bind :80', ...backend, ''];
      expect(await everyWay(await startHaproxy(a.port, lines.join('\n')))).toEqual([]);
    },
    60_000,
  );

  it.skipIf(tool('traefik') === undefined)(
    'are served behind Traefik in plain round robin',
    async () => {
      const [a, b] = (await startSpread(engine)) as [Running, Running];
      const main =
        'entryPoints: { web: { address: ":80" } }\nproviders: { file: { filename: /etc/traefik/chat.yml } }\n';
      const app = { loadBalancer: { servers: [{ url: 'http://127.0.0.1:3000' }, { url: b.url }] } };
      const router = { entryPoints: ['web'], rule: 'PathPrefix(`/`)', service: 'app' };
      // JSON is YAML.
      const routes = JSON.stringify({ http: { routers: { app: router }, services: { app } } });
      expect(await everyWay(await startTraefik(a.port, routes, main, POLLING))).toEqual([]);
    },
    60_000,
  );

  it('are forwarded over HTTPS to a server whose certificate is from your own authority', async () => {
    const { cert } = certificate();
    const [a, b] = (await startSpread(engine, { tls: { ca: cert } }, { tls: true })) as [Running, Running];
    const sid = await open(a);
    expect((await post(b, sid)).body).toBe('ok');
    expect((await fetchAnswer(`${b.url}${POLLING}&sid=${sid}`)).body).toMatch(/^40\{/);
    const target = `${b.url}${POLLING.replace('polling', 'websocket')}&sid=${sid}`;
    const ws = await RawWebSocket.open(target, { rejectUnauthorized: false });
    expect(await ws.send('2probe').next()).toBe('3probe');
  });

  it('are not forwarded over HTTPS to a server whose certificate is from an untrusted authority', async () => {
    const [a, b] = (await startSpread(engine, {}, { tls: true })) as [Running, Running];
    const answer = await post(b, await open(a));
    expect({ status: answer.status, cause: JSON.parse(answer.body).cause }).toEqual({
      status: 400,
      cause: 'other_node_gone',
    });
  });

  it.each(FRAMEWORKS)(
    'go to the owner of the session, whatever host their target and headers contain: %s',
    async (framework) => {
      const [a, b] = (await startSpread(engine, {}, { framework })) as [Running, Running];
      let reached = 0;
      const victim = await serve((_req, res) => {
        reached++;
        res.end('victim');
      });
      const host = `127.0.0.1:${victim.port}`;
      const sid = await open(a);
      const names = [
        `Host: ${host}`,
        `X-Forwarded-Host: ${host}`,
        `X-Original-URL: http://${host}/`,
        'Connection: close',
      ];
      const ask = (...lines: string[]) => new RawTcpClient(b.port).send(...lines).closed();

      const absolute = `http://${host}${POLLING}&sid=${sid}`;
      const posted = new RawTcpClient(b.port);
      posted.socket.write([`POST ${absolute} HTTP/1.1`, ...names, 'Content-Length: 2', '', '40'].join('\r\n'));
      expect(await posted.closed()).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok/);
      expect(await ask(`GET ${absolute} HTTP/1.1`, ...names)).toMatch(/^HTTP\/1\.1 200 [\s\S]*40\{"sid"/);
      const upgrade = new RawTcpClient(b.port).send(...upgradeLines(absolute.replace('polling', 'websocket')));
      expect(await upgrade.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /);
      const relative = `//${host}${POLLING}&sid=${sid}`;
      expect(await ask(`GET ${relative} HTTP/1.1`, ...names)).not.toMatch(/victim|^HTTP\/1\.1 2/);

      const owner = sid.slice(0, 8);
      const forged = [
        `${'x'.repeat(8)}${sid.slice(8)}`,
        `${owner}${'x'.repeat(28)}`,
        `${sid}@${host}`,
        `http://${host}/`,
      ];
      for (const id of forged) {
        const answer = await ask(`GET ${POLLING}&sid=${encodeURIComponent(id)} HTTP/1.1`, ...names);
        expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"cause":"unknown"/);
      }
      expect(reached).toBe(0);
    },
  );

  it.each(['', '/socket.io/1/xhr-polling/'])(
    'are held by a server that has just started, until it knows the others: %s',
    async (legacyPath) => {
      const [a] = (await startSpread(engine, { prefix: `starting ${legacyPath}` })) as [Running];
      const isLegacy = legacyPath !== '';
      const sid = isLegacy ? legacySessionId((await fetchAnswer(`${a.url}/socket.io/1/`)).body) : await open(a);
      const adapter = cluster(engine(), { prefix: `starting ${legacyPath}`, url: 'http://127.0.0.1:1' });
      const late = await startServer({ allowEIO3: true, namespaces: {}, adapter });
      const target = isLegacy ? legacyPath + sid : `${POLLING}&sid=${sid}`;
      const answer = isLegacy
        ? await fetchAnswer(late.url + target)
        : await fetchAnswer(late.url + target, { method: 'POST', body: '40' });
      expect(answer).toMatchObject({ status: 200, body: isLegacy ? '1::' : 'ok' });
      const forged = await fetchAnswer(`${late.url}${POLLING}&sid=${'x'.repeat(36)}`);
      expect(JSON.parse(forged.body)).toMatchObject({ cause: 'unknown' });
    },
  );

  it('give way to the next poll of their client: the server in between may have ended', async () => {
    const [a, b] = (await startSpread(engine)) as [Running, Running];
    const sid = await open(a);
    await post(a, sid);
    expect((await fetchAnswer(`${a.url}${POLLING}&sid=${sid}`)).body).toMatch(/^40\{/);
    const waiting = new PendingRequest(`${b.url}${POLLING}&sid=${sid}`);
    while (a.io.engine.clients.get(sid)?.transport.writable !== true) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const next = new PendingRequest(`${a.url}${POLLING}&sid=${sid}`);
    expect((await waiting.answer()).status).toBe(400);
    a.io.emit('news', 1);
    expect(await next.answer()).toMatchObject({ status: 200, body: '42["news",1]' });
  });

  describe('over the broker', () => {
    it('carry large bodies completely, also to a slow reader', async () => {
      const limits = { maxHttpBufferSize: 8e6 };
      const [a, b] = (await startSpread(engine, BY_BROKER, limits)) as [Running, Running];
      const sid = await open(a);
      await post(a, sid);
      expect((await fetchAnswer(`${b.url}${POLLING}&sid=${sid}`)).body).toMatch(/^40\{/);
      const large = `é${'x'.repeat(3_000_000)}`;
      expect((await post(b, sid, `421["echo","${large}"]`)).body).toBe('ok');
      expect((await fetchAnswer(`${b.url}${POLLING}&sid=${sid}`)).body).toBe(`431["${large}"]`);
    });

    it('give the application the address of the client', async () => {
      const addresses: (string | undefined)[] = [];
      const [a, b] = (await startSpread(engine, BY_BROKER)) as [Running, Running];
      const sid = await open(a);
      a.io.engine.use((req, _res, next) => {
        addresses.push(req.socket.remoteAddress);
        next();
      });
      await post(b, sid);
      expect(addresses).toEqual(['127.0.0.1']);
    });

    it('end when the client disconnects, and so does the session', async () => {
      const [a, b] = (await startSpread(engine, BY_BROKER)) as [Running, Running];
      const sid = await open(a);
      const conn = a.io.engine.clients.get(sid);
      const closed = new Promise((resolve) => conn?.once('close', resolve));
      const poll = new PendingRequest(`${b.url}${POLLING}&sid=${sid}`);
      poll.answer().catch(() => {});
      while (conn?.transport.writable !== true) await new Promise((resolve) => setImmediate(resolve));
      poll.abort();
      expect(await closed).toBe('transport close');
    });

    it('are answered when the broker is killed, and clients reconnect', async () => {
      const own = await startBroker('redis');
      try {
        const [a, b] = (await startSpread(() => redis(createClient({ url: own.url })), BY_BROKER)) as [
          Running,
          Running,
        ];
        const sid = await open(a);
        const poll = new PendingRequest(`${b.url}${POLLING}&sid=${sid}`);
        while (a.io.engine.clients.get(sid)?.transport.writable !== true) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        await own.kill();
        expect((await poll.answer()).status).toBe(400);
        expect((await post(b, sid)).status).toBe(400);
        expect((await post(a, sid)).status).toBe(200);
      } finally {
        await own.close();
      }
    });

    it('reach an HTTPS server as well', async () => {
      const [a, b] = (await startSpread(engine, BY_BROKER, { tls: true })) as [Running, Running];
      expect((await post(b, await open(a))).body).toBe('ok');
    });
  });
});
