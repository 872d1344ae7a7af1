import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, deflate, gzip } from 'node:zlib';
import { pickEncoding } from '../../internal/accept-encoding.js';
import { type Exchange, NEXT, type Outcome } from '../../transport/exchange.js';

const CODINGS = ['br', 'gzip', 'deflate'] as const;
type Coding = (typeof CODINGS)[number];
const compressors: Record<Coding, (data: Buffer) => Promise<Buffer>> = {
  br: promisify<Buffer, Buffer>(brotliCompress),
  gzip: promisify<Buffer, Buffer>(gzip),
  deflate: promisify<Buffer, Buffer>(deflate),
};

const TYPES: readonly (readonly [suffix: string, type: string])[] = [
  ['.js', 'application/javascript; charset=utf-8'],
  ['.map', 'application/json; charset=utf-8'],
  ['.swf', 'application/x-shockwave-flash'],
];

/** Some files out of an installed package: read and compressed once, then kept. */
export class PackageFiles {
  readonly #folder: string;
  readonly #etag: string;
  readonly #fileOf: (name: string) => string | undefined;
  readonly #bodies = new Map<string, Promise<Buffer>>();

  /**
   * @param version of the package, which is the files' entity tag.
   * @param fileOf the file in `folder` for a name below the endpoint's path, undefined when there is none: names come from
   * the wire.
   */
  constructor(folder: string, version: string, fileOf: (name: string) => string | undefined) {
    this.#folder = folder;
    this.#etag = `"${version}"`;
    this.#fileOf = fileOf;
  }

  has(name: string): boolean {
    return this.#fileOf(name) !== undefined;
  }

  async serve(exchange: Exchange, name: string): Promise<Outcome> {
    const { method, headers } = exchange.req;
    const file = this.#fileOf(name);
    if (file === undefined || exchange.upgrade || (method !== 'GET' && method !== 'HEAD')) return NEXT;
    const base = { ETag: this.#etag, 'Cache-Control': 'public, max-age=0', Vary: 'Accept-Encoding' };
    if (this.#isKnown(headers['if-none-match'])) return { status: 304, headers: base, body: '' };
    const coding = pickEncoding(headers['accept-encoding'] as string | undefined, CODINGS);
    const body = await this.#body(file, coding);
    const type = TYPES.find(([suffix]) => file.endsWith(suffix))?.[1] ?? 'application/octet-stream';
    const encoded: Record<string, string> = coding === undefined ? {} : { 'Content-Encoding': coding };
    return { status: 200, headers: { ...base, ...encoded, 'Content-Type': type }, body };
  }

  #isKnown(ifNoneMatch: string | undefined): boolean {
    if (ifNoneMatch === undefined) return false;
    return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === this.#etag);
  }

  #body(file: string, coding: Coding | undefined): Promise<Buffer> {
    const key = `${coding ?? 'plain'} ${file}`;
    let body = this.#bodies.get(key);
    if (body === undefined) {
      const plain = coding === undefined ? readFile(join(this.#folder, file)) : this.#body(file, undefined);
      body = coding === undefined ? plain : plain.then(compressors[coding]);
      this.#bodies.set(key, body);
    }
    return body;
  }
}
