import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, deflate, gzip } from 'node:zlib';
import { pickEncoding } from '../../internal/http/accept-encoding.js';
import { type Exchange, NEXT, type Outcome } from '../../transport/exchange.js';
import type { InstalledPackage } from './installed-package.js';
import type { ServedFiles } from './served-files.js';

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

/** Some files out of the `dist` folder of an installed package: read and compressed once, then kept. */
export class PackageFiles implements ServedFiles {
  readonly #find: () => InstalledPackage;
  readonly #fileOf: (name: string) => string | undefined;
  readonly #report: (error: unknown) => void;
  readonly #bodies = new Map<string, Promise<Buffer>>();
  /** undefined before the first request, null when there is no such package. */
  #package: InstalledPackage | null | undefined;

  /**
   * @param find called once, at the first request; throws when the package is not installed.
   * @param fileOf the file in the folder for a name below the endpoint's path, undefined when there is none: names come
   * from the wire.
   * @param report is given what `find` throws; the requests then go to the application.
   */
  constructor(
    find: () => InstalledPackage,
    fileOf: (name: string) => string | undefined,
    report: (error: unknown) => void,
  ) {
    this.#find = find;
    this.#fileOf = fileOf;
    this.#report = report;
  }

  has(name: string): boolean {
    return this.#fileOf(name) !== undefined;
  }

  async serve(exchange: Exchange, name: string): Promise<Outcome> {
    const { method, headers } = exchange.req;
    const file = this.#fileOf(name);
    if (file === undefined || exchange.upgrade || (method !== 'GET' && method !== 'HEAD')) return NEXT;
    const found = this.#found();
    if (found === null) return NEXT;
    const etag = `"${found.version}"`;
    const base = { ETag: etag, 'Cache-Control': 'public, max-age=0', Vary: 'Accept-Encoding' };
    if (isKnown(etag, headers['if-none-match'])) return { status: 304, headers: base, body: '' };
    const coding = pickEncoding(headers['accept-encoding'] as string | undefined, CODINGS);
    const body = await this.#body(join(found.folder, 'dist', file), coding);
    const type = TYPES.find(([suffix]) => file.endsWith(suffix))?.[1] ?? 'application/octet-stream';
    const encoded: Record<string, string> = coding === undefined ? {} : { 'Content-Encoding': coding };
    return { status: 200, headers: { ...base, ...encoded, 'Content-Type': type }, body };
  }

  #found(): InstalledPackage | null {
    if (this.#package === undefined) {
      try {
        this.#package = this.#find();
      } catch (error) {
        this.#package = null;
        this.#report(error);
      }
    }
    return this.#package;
  }

  #body(file: string, coding: Coding | undefined): Promise<Buffer> {
    const key = `${coding ?? 'plain'} ${file}`;
    let body = this.#bodies.get(key);
    if (body === undefined) {
      const plain = coding === undefined ? readFile(file) : this.#body(file, undefined);
      body = coding === undefined ? plain : plain.then(compressors[coding]);
      this.#bodies.set(key, body);
    }
    return body;
  }
}

function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
