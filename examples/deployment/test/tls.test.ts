import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { certificate, newCertificate } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { startProgram, visit } from '@sio/test-kit/examples';
import { startNginxSite } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

/** Each server, and the protocol in which Chromium asks it. */
const SERVERS = [
  ['https', 'http/1.1'],
  ['express', 'http/1.1'],
  ['node', 'h2'],
  ['koa', 'h2'],
  ['fastify', 'h2'],
  ['hapi', 'h2'],
] as const;

function writeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'sio-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = { TLS_KEY: join(folder, 'key.pem'), TLS_CERT: join(folder, 'cert.pem') };
  const write = ({ key, cert }: ReturnType<typeof certificate>) => {
    writeFileSync(files.TLS_KEY, key);
    writeFileSync(files.TLS_CERT, cert);
  };
  write(certificate());
  return { files, write };
}

/** Starts a server of the folder `tls` with a certificate of its own. */
async function start(name: string) {
  const { files, write } = writeCertificate();
  const program = await startProgram(fileURLToPath(new URL(`../tls/${name}.js`, import.meta.url)), { env: files });
  return { ...program, write };
}

describe.skipIf(!chromiumPath)('Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it.skipIf(!service('nginx'))('polls over HTTP/2 and upgrades behind nginx/tls.conf', async () => {
    const { url } = await startProgram(fileURLToPath(new URL('../frameworks/node.js', import.meta.url)));
    const { files } = writeCertificate();
    const socketPath = join(dirname(files.TLS_KEY), 'plain.sock');
    const site = readFileSync(new URL('../nginx/tls.conf', import.meta.url), 'utf8');
    const nginx = await startNginxSite((port) =>
      site
        .replace('listen 80', `listen unix:${socketPath}`)
        .replace('listen 443', `listen 127.0.0.1:${port}`)
        .replace('http://127.0.0.1:3000', url.replace('localhost', '127.0.0.1'))
        .replace('/etc/ssl/chat.example/cert.pem', files.TLS_CERT)
        .replace('/etc/ssl/chat.example/key.pem', files.TLS_KEY),
    );
    await talk(browser, nginx.replace('http:', 'https:'), 'h2');
    const [answer] = (await once(get('http://chat.example/room?number=1', { socketPath }), 'response')) as [
      IncomingMessage,
    ];
    answer.resume();
    expect([answer.statusCode, answer.headers.location]).toEqual([301, 'https://chat.example/room?number=1']);
  });

  it.each(SERVERS)('polls, upgrades and reconnects to the TLS server %s over %s', async (name, protocol) => {
    const { url, stop } = await start(name);
    await talk(browser, url, protocol);
    // The page stays, with connections that it keeps alive.
    expect(await stop()).toBe(0);
  });
});

/** Visits the server over every transport. */
async function talk(browser: Browser, url: string, protocol: string): Promise<void> {
  const { page, problems } = await visit(browser, 'about:blank', { ignoreHTTPSErrors: true });
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(`${url}/healthz`);
  await page.addScriptTag({ url: '/socket.io/socket.io.js' });
  for (const transports of [['polling'], ['polling', 'websocket'], ['websocket']])
    expect(await say(page, transports)).toBe(transports.at(-1));
  const protocols = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.includes('transport=polling'))
      .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol),
  );
  expect(new Set(protocols)).toEqual(new Set([protocol]));
  expect(problems).toEqual([]);
}

it('the TLS server loads a renewed certificate on SIGHUP, and its clients stay connected', async () => {
  const { url, process, write } = await start('https');
  const client = io(`${url}/chat`, { transports: ['websocket'], forceNew: true, rejectUnauthorized: false });
  onTestFinished(() => void client.disconnect());
  await once(client as never, 'connect');
  const { id } = client;
  const renewed = newCertificate();
  write(renewed);
  process.kill('SIGHUP');
  const { fingerprint256 } = new X509Certificate(renewed.cert);
  await expect.poll(() => fingerprintOf(url)).toBe(fingerprint256);
  expect(await client.emitWithAck('say', 'hello')).toEqual({ delivered: true });
  expect(client.id).toBe(id);
});

async function fingerprintOf(url: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Talks over the last of the transports, and stays connected. @returns its name */
function say(page: Page, transports: string[]): Promise<string> {
  return page.evaluate(
    (list) =>
      new Promise<string>((resolve, reject) => {
        const socket = (globalThis as any).io('/chat', { transports: list, forceNew: true });
        const { engine } = socket.io;
        const ask = () => socket.emitWithAck('say', 'hello').then(() => resolve(engine.transport.name), reject);
        socket.once('connect_error', reject);
        socket.once('connect', () => {
          if (engine.transport.name === list.at(-1)) ask();
          else engine.once('upgrade', ask);
        });
      }),
    transports,
  );
}
