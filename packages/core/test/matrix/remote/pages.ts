import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { PAGE_VERSIONS, type PageVersion } from '@sio/test-kit';

const require = createRequire(import.meta.url);

/** The bundle for browsers that is in each client's own package. */
const BUNDLES: Readonly<Record<PageVersion, string>> = {
  '0.8.7': 'dist/socket.io.js',
  '0.9.17': 'dist/socket.io.js',
  '1.0.6': 'socket.io.js',
  '1.1.0': 'socket.io.js',
  '1.4.8': 'socket.io.js',
  '1.7.4': 'dist/socket.io.js',
  '2.0.4': 'dist/socket.io.js',
  '2.5.0': 'dist/socket.io.js',
  '3.1.3': 'dist/socket.io.js',
  '4.0.2': 'dist/socket.io.js',
  '4.8.4': 'dist/socket.io.js',
};

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };
const SCRIPT = { 'Content-Type': 'text/javascript; charset=utf-8' };

/** Serves `/page/<version>`, which loads that client's bundle, and nothing else. */
export function servePage(req: IncomingMessage, res: ServerResponse): void {
  const [, what, version = ''] = (req.url ?? '').split('/');
  if (what === 'page') res.writeHead(200, HTML).end(`<!doctype html><script src="/bundle/${version}"></script><body>`);
  else if (what === 'bundle') res.writeHead(200, SCRIPT).end(bundleOf(version as PageVersion));
  else res.writeHead(404).end();
}

function bundleOf(version: PageVersion): Buffer {
  const folder = dirname(require.resolve(`${PAGE_VERSIONS[version]}/package.json`));
  return readFileSync(join(folder, BUNDLES[version]));
}

/** A server of pages alone, with an origin of its own. */
export async function startPages(listener: RequestListener = servePage): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
