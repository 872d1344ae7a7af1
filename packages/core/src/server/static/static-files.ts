import { statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { findFile } from './installed-package.js';

/** A file to be served. */
export interface StaticFile {
  /** Where it is. */
  readonly file: string;
  /** The content type of the answer. @default by its extension */
  readonly contentType?: string;
}

/**
 * The files that are served, by path: `'/'` or `'/assets'` for a directory with everything below, `'/page'` for one file. Of several
 * that match, the longest counts. A directory asked for itself answers with its `index.html`.
 */
export type StaticFiles = Readonly<Record<string, string | StaticFile>>;

/** As much of the package `send` as is used. */
type Send = (
  req: IncomingMessage,
  path: string,
  options: { root: string; dotfiles: 'allow' | 'ignore' },
) => {
  on(event: 'error', listener: (error: Error & { status?: number }) => void): { pipe(res: ServerResponse): unknown };
};

/** A path with what stands for it. */
interface Served {
  /** Without a slash at its end. */
  readonly path: string;
  /** Of a directory this is all; else the file's directory, and its name. */
  readonly root: string;
  readonly name: string | undefined;
  readonly contentType: string | undefined;
}

/**
 * A listener for requests that serves files, as `createServer(staticFiles({ '/': 'public' }))`: with ranges, conditional
 * requests and types by extension, and never a file outside of its directory or one whose name begins with a dot. Requests without a
 * file go to `next`, or are answered with 404.
 *
 * @throws Error when the package `send` is not installed, or there is no such file or directory.
 */
export function staticFiles(
  files: StaticFiles,
): (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void {
  const send = loadSend();
  const served = Object.entries(files).map(servedAs);
  // The most particular first.
  served.sort((a, b) => b.path.length - a.path.length);
  return (req, res, next = () => void res.writeHead(404).end()) => {
    const path = pathOf(req);
    const found = path === undefined ? undefined : served.find((each) => matches(each, path));
    if (found === undefined || path === undefined) return next();
    const { root, name, contentType } = found;
    if (contentType !== undefined) res.setHeader('Content-Type', contentType);
    const below = name ?? (path.slice(found.path.length) || '/');
    send(req, below, { root, dotfiles: name === undefined ? 'ignore' : 'allow' })
      .on('error', ({ status = 500 }) => {
        res.removeHeader('Content-Type');
        if (status === 404) next();
        else res.writeHead(status).end();
      })
      .pipe(res);
  };
}

/** The path of a request that may be for a file, encoded as it came. */
function pathOf({ method, url = '/' }: IncomingMessage): string | undefined {
  return method === 'GET' || method === 'HEAD' ? url.split('?', 1)[0] : undefined;
}

function matches({ path, name }: Served, asked: string): boolean {
  if (asked === path || (asked === '/' && path === '')) return true;
  return name === undefined && asked.startsWith(`${path}/`);
}

function servedAs([path, target]: [string, string | StaticFile]): Served {
  const { file, contentType } = typeof target === 'string' ? { file: target, contentType: undefined } : target;
  const place = resolve(file);
  const clean = path.endsWith('/') ? path.slice(0, -1) : path;
  if (statSync(place).isDirectory()) return { path: clean, root: place, name: undefined, contentType };
  return { path: clean, root: dirname(place), name: `/${encodeURIComponent(basename(place))}`, contentType };
}

function loadSend(): Send {
  const file = findFile('send');
  if (file === undefined) throw new Error('staticFiles needs the package send: npm install send');
  return createRequire(file)(file) as Send;
}
