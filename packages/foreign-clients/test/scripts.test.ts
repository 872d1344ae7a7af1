import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { JSDOM } from 'jsdom';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SERVERS, startServer } from './support/servers.js';
import { TOUR, WAYS } from './support/tour.js';

const require = createRequire(import.meta.url);
const tourScript = readFileSync(new URL('support/script-tour.js', import.meta.url), 'utf8');

/** Official clients by version, with the script that they give to browsers. */
const CLIENTS = {
  '4.8.4': 'socket.io-client',
  '2.5.0': 'socket.io-client-2.5',
  '1.7.4': 'socket.io-client-1.7',
} as const;
type Version = keyof typeof CLIENTS;
const VERSIONS = Object.keys(CLIENTS) as Version[];

function bundleOf(version: Version): string {
  const folder = dirname(require.resolve(`${CLIENTS[version]}/package.json`));
  return readFileSync(join(folder, 'dist', version === '4.8.4' ? 'socket.io.min.js' : 'socket.io.js'), 'utf8');
}

/** The script of 1.7 does not get through on socket.io when it only polls: it reads no long text, and encodes text twice. */
const FAILS_THERE = { version: '1.7.4', server: 'socket.io', way: 'polling' };

const cases = VERSIONS.flatMap((version) =>
  SERVERS.flatMap((server) => WAYS.map((way) => ({ version, server, way }))),
).filter((each) => !isDeepStrictEqual(each, FAILS_THERE));

describe.skipIf(chromiumPath === undefined)('in a Web Worker', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(cases)('client $version works over $way on $server', async ({ version, server, way }) => {
    const worker = [
      bundleOf(version),
      tourScript,
      `tour(self.io, self.location.origin, ${JSON.stringify(way.split(','))})
         .then((reports) => self.postMessage({ reports }), (error) => self.postMessage({ error: String(error) }));`,
    ].join('\n');
    const pages = (req: IncomingMessage, res: ServerResponse) => {
      const isWorker = req.url === '/worker.js';
      res
        .setHeader('Content-Type', isWorker ? 'text/javascript; charset=utf-8' : 'text/html')
        .end(isWorker ? worker : '');
    };
    const url = await startServer(server, pages);
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    const told = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const made = new Worker('/worker.js');
          made.onmessage = ({ data }) => resolve(data);
          made.onerror = ({ message }) => resolve({ error: message });
        }),
    );
    expect(told).toEqual({ reports: TOUR });
  });
});

describe('in jsdom', () => {
  test.each(cases)('client $version works over $way on $server', async ({ version, server, way }) => {
    const url = await startServer(server);
    const { window } = new JSDOM('<!doctype html>', { url, runScripts: 'outside-only', pretendToBeVisual: true });
    onTestFinished(() => window.close());
    window.eval(bundleOf(version));
    window.eval(tourScript);
    const { tour, io } = window as unknown as {
      tour(io: unknown, url: string, way: string[]): Promise<unknown>;
      io: unknown;
    };
    expect(await tour(io, url, way.split(','))).toEqual(TOUR);
  });
});
