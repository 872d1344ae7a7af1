import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, deflate, gzip } from 'node:zlib';
import { pickEncoding } from '../internal/accept-encoding.js';
import { type Exchange, type Outcome, PASS, type Reply } from '../transport/exchange.js';

const require = createRequire(import.meta.url);

const CODINGS = ['br', 'gzip', 'deflate'] as const;
type Coding = (typeof CODINGS)[number];
const compressors: Record<Coding, (data: Buffer) => Promise<Buffer>> = {
  br: promisify<Buffer, Buffer>(brotliCompress),
  gzip: promisify<Buffer, Buffer>(gzip),
  deflate: promisify<Buffer, Buffer>(deflate),
};

const BUNDLES = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];
const NAMES: ReadonlySet<string> = new Set(BUNDLES.flatMap((name) => [name, `${name}.map`]));

/** The browser client, out of the official `socket.io-client` package: read and compressed once, then kept. */
export class ClientFiles {
  readonly #folder: string;
  readonly #etag: string;
  readonly #bodies = new Map<string, Promise<Buffer>>();

  constructor() {
    const manifest = require.resolve('socket.io-client/package.json');
    this.#folder = join(dirname(manifest), 'dist');
    this.#etag = `"${(require(manifest) as { version: string }).version}"`;
  }

  /** The file of that exact name, if it is one of the client's. */
  named(name: string): string | undefined {
    return NAMES.has(name) ? name : undefined;
  }

  async serve(exchange: Exchange, name: string): Promise<Outcome> {
    const { method, headers } = exchange.req;
    if (exchange.upgrade || (method !== 'GET' && method !== 'HEAD')) return PASS;
    const base = { ETag: this.#etag, 'Cache-Control': 'public, max-age=0', Vary: 'Accept-Encoding' };
    if (this.#isKnown(headers['if-none-match'])) return { status: 304, headers: base, body: '' };
    const coding = pickEncoding(headers['accept-encoding'] as string | undefined, CODINGS);
    const body = await this.#body(name, coding);
    const type = name.endsWith('.map') ? 'application/json' : 'application/javascript';
    const encoded: Record<string, string> = coding === undefined ? {} : { 'Content-Encoding': coding };
    const reply: Reply = {
      status: 200,
      headers: { ...base, ...encoded, 'Content-Type': `${type}; charset=utf-8` },
      body,
    };
    return reply;
  }

  #isKnown(ifNoneMatch: string | undefined): boolean {
    if (ifNoneMatch === undefined) return false;
    return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === this.#etag);
  }

  #body(name: string, coding: Coding | undefined): Promise<Buffer> {
    const key = `${coding ?? 'plain'} ${name}`;
    let body = this.#bodies.get(key);
    if (body === undefined) {
      const plain = coding === undefined ? readFile(join(this.#folder, name)) : this.#body(name, undefined);
      body = coding === undefined ? plain : plain.then(compressors[coding]);
      this.#bodies.set(key, body);
    }
    return body;
  }
}
