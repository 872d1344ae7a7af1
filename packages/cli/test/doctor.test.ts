import { createServer } from 'node:http';
import { listen } from '@sio/test-kit';
import { startNginxSite, startRoundRobin } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { describe, expect, it } from 'vitest';
import { jsonLines, sio } from './support/cli.js';
import { Chat, startOfficial, startOurs } from './support/servers.js';

type Report = { healthy: boolean; checks: { id: string; status: string; text: string; remedy?: string }[] };

async function doctor(url: string, ...flags: string[]) {
  const result = await sio('doctor', url, '--json', ...flags);
  const [report] = jsonLines(result) as [Report];
  expect(result.code).toBe(report.healthy ? 0 : 1);
  const checks = Object.fromEntries(report.checks.map((check) => [check.id, check]));
  const failed = report.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
  return { ...report, checks, failed };
}

describe('sio doctor', () => {
  it('finds nothing wrong with this server', async () => {
    const { url } = await startOurs();
    const { healthy, checks } = await doctor(`${url}/chat`);
    expect(healthy).toBe(true);
    for (const id of [
      'address',
      'handshake',
      'websocket',
      'upgrade',
      'stickiness',
      'namespace',
      'origin',
      'heartbeat',
      'clock',
    ]) {
      expect([id, checks[id]?.status]).toEqual([id, 'ok']);
    }
    expect(checks.versions?.text).toMatch(/^clients of 3 and 4, of 1 and 2, of 0\.9 can connect; .* 4\.8\.\d+$/);
    expect(checks.compression?.text).toContain('not compressed');
  });

  it('finds nothing wrong with socket.io, and tells its compression, its versions and its open door', async () => {
    const url = await startOfficial({
      perMessageDeflate: true,
      allowEIO3: true,
      cors: { origin: true, credentials: true },
    });
    const { healthy, checks } = await doctor(`${url}/chat`);
    expect(healthy).toBe(true);
    expect(checks.versions?.text).toContain('clients of 3 and 4, of 1 and 2 can connect');
    expect(checks.compression?.text).toContain('permessage-deflate');
    expect(checks.origin).toMatchObject({
      status: 'warning',
      text: expect.stringContaining('any website can connect'),
    });
    expect(checks.cors?.text).toContain('x-custom');
  });

  it('prints a report for people', async () => {
    const { url } = await startOurs({ pingInterval: 120_000 });
    const { code, stdout } = await sio('doctor', `${url}/nowhere`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {7}handshake /m);
    expect(stdout).toMatch(/^FAILED {3}namespace .* refuses the namespace \/nowhere/m);
    expect(stdout).toMatch(/^warning {2}heartbeat .* 120000 ms.*\n {21} → Set pingInterval below 60000/m);
    expect(stdout).toMatch(/^1 failed, 1 warning, \d+ ok\n$/m);
  });

  it('reports whether pages of an origin can connect', async () => {
    const { url } = await startOurs({ cors: { origin: 'https://app.example', credentials: true } });
    expect((await doctor(url, '--origin', 'https://app.example')).checks.origin?.status).toBe('ok');
    const { failed, checks } = await doctor(url, '--origin', 'https://other.example');
    expect(failed).toEqual(['origin']);
    expect(checks.origin?.remedy).toContain('Add https://other.example');
  });

  it('reports the path of the server if the given one is wrong', async () => {
    const { url } = await startOurs();
    const { checks, failed } = await doctor(url, '--path', '/live');
    expect(failed).toEqual(['handshake']);
    expect(checks.handshake?.remedy).toBe('A Socket.IO server is at /socket.io/: use --path /socket.io/.');
    const other = await doctor(await listen(createServer((_req, res) => res.end('hello'))));
    expect(other.checks.handshake?.text).toContain('is not a Socket.IO server');
  });

  it('reports that WebTransport is offered, and does not test it', async () => {
    const { url } = await startOurs({ transports: ['polling', 'websocket', 'webtransport'] });
    const { checks } = await doctor(url);
    expect(checks.upgrade).toMatchObject({ status: 'ok', text: expect.stringContaining('WebTransport is offered') });
  });

  it('reports that the clock of the server is wrong', async () => {
    const { url, io } = await startOurs();
    io.engine.use((_req, res, next) => {
      res.setHeader('Date', new Date(Date.now() - 3_600_000).toUTCString());
      next();
    });
    const { checks } = await doctor(url);
    expect(checks.clock).toMatchObject({
      status: 'warning',
      text: expect.stringMatching(/^the server is (3599|3600)\.\d s behind this machine$/),
      remedy: expect.stringContaining('Synchronise both clocks'),
    });
  });

  it('checks a server without polling, without WebSocket, and with TLS', async () => {
    const webSocketOnly = await doctor((await startOurs({ transports: ['websocket'] })).url);
    expect([webSocketOnly.failed, webSocketOnly.checks.upgrade?.status]).toEqual([[], 'skipped']);
    const pollingOnly = await doctor((await startOurs({ transports: ['polling'] })).url);
    expect(pollingOnly.failed).toEqual(['websocket']);
    const tls = await doctor((await startOurs({ tls: true })).url, '--insecure');
    expect([tls.failed, tls.checks.certificate]).toEqual([
      [],
      expect.objectContaining({ status: 'warning', text: expect.stringMatching(/ends in [12] days?/) }),
    ]);
  });

  describe.skipIf(!service('nginx'))('behind nginx', () => {
    it('reports that round robin loses sessions, and what to do', async () => {
      const servers = [await startOurs(), await startOurs()];
      const { checks, failed } = await doctor(await startRoundRobin(servers.map(({ port }) => port)));
      expect(failed).toEqual(expect.arrayContaining(['upgrade', 'stickiness']));
      expect(checks.stickiness).toMatchObject({
        text: expect.stringContaining('5 of 5 sessions were lost'),
        remedy: expect.stringContaining('sticky sessions'),
      });
    });

    it('reports that sessions depend on a cookie', async () => {
      const [one, two] = [await startOurs({ cookie: true }), await startOurs({ cookie: true })];
      const balancer = await startNginxSite(
        (port) => `
          map $cookie_server $server { default 127.0.0.1:${one.port}; two 127.0.0.1:${two.port}; }
          split_clients "$request_id" $chosen { 50% one; * two; }
          map $cookie_server $kept { default $cookie_server; '' $chosen; }
          map $kept $backend { one 127.0.0.1:${one.port}; two 127.0.0.1:${two.port}; }
          server {
            listen 127.0.0.1:${port};
            location / {
              proxy_pass http://$backend;
              proxy_http_version 1.1;
              proxy_set_header Host $http_host;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection upgrade;
              add_header Set-Cookie "server=$kept; Path=/";
            }
          }`,
      );
      const { checks } = await doctor(balancer, '--sessions', '12');
      expect(checks.stickiness).toMatchObject({
        status: 'warning',
        text: expect.stringContaining('only with a cookie'),
      });
    });

    it('reports that a proxy does not forward WebSockets', async () => {
      const { port: upstream } = await startOurs({ namespaces: { '/': Chat } });
      const proxy = await startNginxSite(
        (port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstream}; } }`,
      );
      const { checks, failed } = await doctor(proxy);
      expect(failed).toEqual(['websocket']);
      expect(checks.websocket?.remedy).toContain('Let the proxy pass Upgrade');
    });
  });
});
