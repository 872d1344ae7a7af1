import { readFile } from 'node:fs/promises';
import type { Namespaces } from '@sio/core';
import {
  contentReply,
  findFile,
  lineReply,
  onlyGet,
  type PlainReply,
  type RouteHandlers,
  routeHandlers,
} from '@sio/core/mount';
import { type AsyncApiOptions, asyncapi } from './asyncapi.js';
import type { Info } from './document.js';
import { PAGE, SCRIPT } from './page.js';

export type { RouteHandlers } from '@sio/core/mount';

const NOT_FOUND = 404;

/** The component checks the document with a validator that compiles schemas, and styles what it draws. */
const POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** Files of the package `@asyncapi/react-component`. */
const COMPONENT: Readonly<Record<string, readonly [type: string, path: string]>> = {
  'component.js': ['text/javascript; charset=utf-8', '@asyncapi/react-component/browser/standalone/index.js'],
  'component.css': ['text/css; charset=utf-8', '@asyncapi/react-component/styles/default.min.css'],
};

/**
 * Creates handlers that answer with the document of the namespaces as JSON. The document is created once, by this call.
 * @throws as {@link asyncapi} does
 */
export function asyncapiHandlers(namespaces: Namespaces, info: Info, options?: AsyncApiOptions): RouteHandlers {
  const document = documentReply(namespaces, info, options);
  return routeHandlers(onlyGet(() => document));
}

/**
 * Creates handlers that answer with a page that shows the document with AsyncAPI's web component. The page loads its files from
 * the same route. It needs the package `@asyncapi/react-component`.
 * @throws as {@link asyncapi} does
 * @throws Error if the package is not installed
 */
export function asyncapiPageHandlers(namespaces: Namespaces, info: Info, options?: AsyncApiOptions): RouteHandlers {
  const files: Record<string, PlainReply | (() => Promise<PlainReply>)> = {
    'document.json': documentReply(namespaces, info, options),
    'page.js': reply('text/javascript; charset=utf-8', SCRIPT),
  };
  for (const [name, [type, path]] of Object.entries(COMPONENT)) {
    const file = resolved(path);
    files[name] = async () => reply(type, await readFile(file));
  }
  const page = reply('text/html; charset=utf-8', PAGE);
  return routeHandlers(
    onlyGet(({ query }) => {
      const name = query.get('file');
      if (name === null) return page;
      const file = Object.hasOwn(files, name) ? files[name]! : lineReply(NOT_FOUND, 'There is no such file.');
      return typeof file === 'function' ? file() : file;
    }),
  );
}

function resolved(path: string): string {
  const file = findFile(path, typeof __filename === 'string' ? __filename : undefined);
  if (file !== undefined) return file;
  throw new Error('The page needs the package @asyncapi/react-component: npm install @asyncapi/react-component');
}

function documentReply(namespaces: Namespaces, info: Info, options: AsyncApiOptions | undefined): PlainReply {
  return reply('application/json', JSON.stringify(asyncapi(namespaces, info, options)));
}

function reply(type: string, body: string | Buffer): PlainReply {
  return contentReply(type, body, { 'Cache-Control': 'no-cache', 'Content-Security-Policy': POLICY });
}
