import { createServer as createHttpServer, request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Logger } from '@sio/core';
import { Server } from '@sio/core';
import { FRAMEWORKS, listen, startServer } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, visit } from '@sio/test-kit/examples';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const nothing = () => {};

describe('the page of the option diagnostics', () => {
  it('does not exist by default', async () => {
    const { url } = await startServer();
    for (const name of ['', '/page.js', '/page.css', '/report']) {
      expect((await fetch(`${url}/socket.io/diagnostics${name}`)).status).toBe(404);
    }
  });

  it('answers GET and HEAD only, and is not cached', async () => {
    const { url } = await startServer({ diagnostics: true });
    const page = await fetch(`${url}/socket.io/diagnostics`);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await fetch(`${url}/socket.io/diagnostics`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/socket.io/diagnostics`, { method: 'POST', body: 'x' })).status).toBe(404);
    expect((await fetch(`${url}/socket.io/diagnostics/other`)).status).toBe(404);
  });

  it('reports what a proxy says, and whether a cookie comes back', async () => {
    const { url } = await startServer({ diagnostics: true });
    const report = `${url}/socket.io/diagnostics/report`;
    const first = await fetch(report, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!;
    expect(await first.json()).toMatchObject({ cookie: false, forwarded: { 'x-forwarded-for': '192.0.2.1' } });
    expect(await (await fetch(report, { headers: { cookie } })).json()).toMatchObject({ cookie: true, forwarded: {} });
  });

  it('causes a warning in production', () => {
    const before = process.env.NODE_ENV;
    onTestFinished(() => {
      process.env.NODE_ENV = before;
    });
    process.env.NODE_ENV = 'production';
    const told: unknown[] = [];
    const logger: Logger = { error: nothing, warn: (what) => told.push(what), info: nothing, debug: nothing };
    const io = new Server(createHttpServer(), { diagnostics: true, logger });
    onTestFinished(() => io.close());
    expect(told).toEqual([
      'option diagnostics is on in production: its page tells every visitor how requests reach this server',
    ]);
  });
});

describe.skipIf(!chromiumPath)('a browser on the page of the option diagnostics', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const results = (page: Page) =>
    page
      .locator('#checks li')
      .evaluateAll((rows) =>
        Object.fromEntries(
          rows.map((row) => [row.querySelector('.name')?.textContent, (row as HTMLElement).dataset.level]),
        ),
      );
  const textOf = (page: Page, check: string) =>
    page
      .locator('#checks li', { has: page.getByText(check, { exact: true }) })
      .locator('.text')
      .textContent();
  const finished = (page: Page) => page.locator('#again:enabled').waitFor({ timeout: 30_000 });

  it.each(FRAMEWORKS)('finds that everything works on %s, and measures the latency', async (framework) => {
    const { url } = await startServer({ framework, diagnostics: true });
    const { page, problems } = await visit(browser, `${url}/socket.io/diagnostics`);
    await page.getByText('Everything works').waitFor();
    await finished(page);
    expect(new Set(Object.values(await results(page)))).toEqual(new Set(['good']));
    expect(await page.locator('#latency').textContent()).toMatch(/^Median of 20: HTTP [\d.]+ ms, WebSocket [\d.]+ ms$/);
    expect(problems).toEqual([]);
    if (framework === 'node') {
      expect(await overflowOnPhone(page)).toBe(0);
      await screenshot(page, 'diagnostics');
    }
  });

  it('finds a balancer that is not sticky', async () => {
    const servers = [await startServer({ diagnostics: true }), await startServer({ diagnostics: true })];
    let turn = 0;
    const balancer = createHttpServer((req, res) => {
      const target = servers[turn++ % servers.length]!.url + req.url;
      const onward = request(target, { method: req.method!, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      req.pipe(onward.on('error', () => res.destroy()));
    });
    balancer.on('upgrade', (_req, socket) => socket.destroy());
    const { page } = await visit(browser, `${await listen(balancer)}/socket.io/diagnostics`);
    await finished(page);
    expect(await results(page)).toMatchObject({ Server: 'good', Stickiness: 'bad' });
    expect(await textOf(page, 'Stickiness')).toMatch(/^400 Session ID unknown\. .*make the balancer sticky/);
    expect(await page.locator('#latency').textContent()).toBe('Not measured: a check above has failed.');
  });

  it('finds a proxy that does not let WebSockets through, and hides the host', async () => {
    const { url } = await startServer({ diagnostics: true, allowedOrigins: '*' });
    const proxy = createHttpServer((req, res) => {
      const headers = { ...req.headers, host: 'app.internal' };
      const onward = request(url + req.url, { method: req.method!, headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      req.pipe(onward.on('error', () => res.destroy()));
    });
    proxy.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\n\r\n'));
    const { page } = await visit(browser, `${await listen(proxy)}/socket.io/diagnostics`);
    await finished(page);
    expect(await results(page)).toMatchObject({ Polling: 'good', Origin: 'warn', WebSocket: 'bad', Upgrade: 'bad' });
    expect(await textOf(page, 'Origin')).toContain('app.internal');
    expect(await textOf(page, 'WebSocket')).toContain('let the proxy pass the headers Upgrade and Connection on');
    expect(await page.locator('#summary').textContent()).toBe('3 of 7 checks need a look');
  });

  it('finds an origin that the server refuses', async () => {
    const { url } = await startServer({ diagnostics: true });
    const proxy = createHttpServer((req, res) => {
      // An old browser says nothing of where a request comes from but its origin.
      const { 'sec-fetch-site': _, ...others } = req.headers;
      const onward = request(
        url + req.url,
        { method: req.method!, headers: { ...others, host: 'app.internal' } },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(res);
        },
      );
      req.pipe(onward.on('error', () => res.destroy()));
    });
    proxy.on('upgrade', (req, socket) => {
      const upstream = connectTcp(Number(new URL(url).port), '127.0.0.1');
      const lines = Object.entries({ ...req.headers, host: 'app.internal' }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      upstream.write(
        `GET ${req.url} HTTP/1.1\r\n${lines.filter((line) => !line.startsWith('sec-fetch')).join('\r\n')}\r\n\r\n`,
      );
      upstream.pipe(socket).pipe(upstream);
      for (const end of [upstream, socket]) end.on('error', () => upstream.destroy());
      socket.on('close', () => upstream.destroy());
    });
    const { page } = await visit(browser, `${await listen(proxy)}/socket.io/diagnostics`);
    await finished(page);
    // A page that polls knows the id of its session, which no foreign page can; a WebSocket has only its origin.
    expect(await results(page)).toMatchObject({ Origin: 'warn', Polling: 'good', WebSocket: 'bad' });
    expect(await textOf(page, 'WebSocket')).toContain('First do what Origin says above');
  });
});
