import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { inspect } from 'node:util';
import { BoundedLabel, observeServer, type Server } from '@sio/core';
import {
  contentReply,
  findFile,
  lineReply,
  onlyGet,
  type PlainReply,
  type PlainRequest,
  type RouteHandlers,
  routeHandlers,
} from '@sio/core/mount';
import { PAGE } from './page/page.js';
import { SCRIPT } from './page/script.js';
import { STYLE } from './page/style.js';
import { type AdminOptions, type Settings, settingsOf } from './settings.js';
import { type RefusalRow, type Snapshot, takeSnapshot } from './snapshot.js';
import { dataOf, find, search } from './sockets.js';

/** Handlers of the admin page, or of its figures, for each framework. */
export interface AdminHandlers extends RouteHandlers {
  /** Stops counting refusals. */
  stop(): void;
}

const NOT_FOUND = 404;
const FORBIDDEN = 403;
const NO_SUCH_METHOD = 405;
/** A page of another site cannot set it without asking first. */
const OWN_HEADER = 'x-sio-admin';
const MAX_REFUSALS = 50;
const MAX_SEARCH = 200;

const POLICY = "default-src 'self'; img-src data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

const CHART: Readonly<Record<string, readonly [type: string, path: string]>> = {
  'chart.js': ['text/javascript; charset=utf-8', 'uplot/dist/uPlot.iife.min.js'],
  'chart.css': ['text/css; charset=utf-8', 'uplot/dist/uPlot.min.css'],
};

/**
 * Creates handlers of a page that shows what a server does. The page, its files and its figures come from one route, which
 * takes GET and POST. Anyone who reaches the route can disconnect clients: put your own guard before it.
 * @param io the server to show.
 * @throws TypeError if `io` is not a server
 * @throws RangeError if a number in the options is out of range
 */
export function adminHandlers(io: Server, options: AdminOptions = {}): AdminHandlers {
  const settings = settingsOf(options);
  const sampler = new Sampler(io, settings);
  const files = pageFiles(settings);
  const answer = async (request: PlainRequest): Promise<PlainReply> => {
    const { method, query } = request;
    if (method === 'POST') return post(io, settings, request);
    if (method !== 'GET' && method !== 'HEAD') return lineReply(NO_SUCH_METHOD, 'Use GET or POST.');
    if (query.has('stats')) return json(await sampler.snapshot());
    const text = query.get('search');
    if (text !== null) return json(await search(io, settings, text.slice(0, MAX_SEARCH)));
    if (query.has('data')) return data(io, settings, query);
    const file = files.get(query.get('file') ?? '');
    return file === undefined ? lineReply(NOT_FOUND, 'There is no such file.') : file();
  };
  return { ...routeHandlers(answer), stop: sampler.stop };
}

/**
 * Creates handlers that answer GET with the figures of the page as JSON, in the shape of {@link Snapshot}. They change nothing. Of the data
 * of clients they show only names of rooms and users.
 * @param io the server to show.
 * @throws as {@link adminHandlers} does
 */
export function statsHandlers(io: Server, options: AdminOptions = {}): AdminHandlers {
  const sampler = new Sampler(io, settingsOf(options));
  const answer = async () => json(await sampler.snapshot());
  return { ...routeHandlers(onlyGet(answer)), stop: sampler.stop };
}

/** Looks at the server when it is asked, at most once in an interval. */
class Sampler {
  readonly stop: () => void;
  readonly #refusals = new Map<string, RefusalRow>();
  #taken = -Infinity;
  #snapshot: Promise<Snapshot> | undefined;

  constructor(
    private readonly io: Server,
    private readonly settings: Settings,
  ) {
    if (typeof (io as Partial<Server> | undefined)?.stats !== 'function') {
      const given = inspect(io, { depth: -1 });
      throw new TypeError(`The admin page needs a server of @sio/core (io), which has a method stats(), not ${given}`);
    }
    const labels = new BoundedLabel(MAX_REFUSALS);
    this.stop = observeServer(io, {
      refused: (type, code) => {
        const label = labels.of(code);
        const key = `${type} ${label}`;
        const count = (this.#refusals.get(key)?.count ?? 0) + 1;
        this.#refusals.set(key, { type, code: label, count });
      },
    });
  }

  snapshot(): Promise<Snapshot> {
    const now = performance.now();
    if (this.#snapshot === undefined || now - this.#taken >= this.settings.sampleInterval) {
      this.#taken = now;
      const rows = [...this.#refusals.values()].sort((a, b) => b.count - a.count);
      const taken = takeSnapshot(this.io, this.settings, rows);
      this.#snapshot = taken;
      // The next request collects them again.
      taken.catch(() => {
        if (this.#snapshot === taken) this.#snapshot = undefined;
      });
    }
    return this.#snapshot;
  }
}

async function post(io: Server, settings: Settings, { headers, query }: PlainRequest): Promise<PlainReply> {
  if (!isOwnPage(headers)) return lineReply(FORBIDDEN, 'The request does not come from the admin page.');
  if (!settings.disconnect) return lineReply(FORBIDDEN, 'The option disconnect is off.');
  const socket = await find(io, query.get('namespace') ?? '', query.get('disconnect') ?? '');
  if (socket === undefined) return lineReply(NOT_FOUND, 'The client is gone.');
  socket.disconnect(true);
  return json({ disconnected: socket.id });
}

/** Browsers name the origin of a request, and pages of other sites cannot send our header. */
function isOwnPage(headers: IncomingHttpHeaders): boolean {
  if (headers[OWN_HEADER] === undefined) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

async function data(io: Server, settings: Settings, query: URLSearchParams): Promise<PlainReply> {
  if (!settings.showData) return lineReply(FORBIDDEN, 'The option showData is off.');
  const socket = await find(io, query.get('namespace') ?? '', query.get('data') ?? '');
  return socket === undefined ? lineReply(NOT_FOUND, 'The client is gone.') : json({ data: dataOf(socket) });
}

function pageFiles({ disconnect, showData, user }: Settings): Map<string, () => PlainReply | Promise<PlainReply>> {
  const settings = JSON.stringify({ disconnect, showData, users: user !== undefined });
  const files = new Map<string, () => PlainReply | Promise<PlainReply>>([
    ['', () => reply('text/html; charset=utf-8', PAGE)],
    ['page.js', () => reply('text/javascript; charset=utf-8', `const settings = ${settings};\n${SCRIPT}`)],
    ['page.css', () => reply('text/css; charset=utf-8', STYLE)],
  ]);
  for (const [name, [type, path]] of Object.entries(CHART)) {
    files.set(name, () => chartFile(type, path));
  }
  return files;
}

/** A file of the chart's package. */
async function chartFile(type: string, path: string): Promise<PlainReply> {
  const file = findFile(path, typeof __filename === 'string' ? __filename : undefined);
  return file === undefined
    ? lineReply(NOT_FOUND, 'The package uplot is missing: npm install uplot')
    : reply(type, await readFile(file));
}

function json(value: unknown): PlainReply {
  return reply('application/json', JSON.stringify(value));
}

function reply(type: string, body: string | Buffer): PlainReply {
  const headers = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
    'Referrer-Policy': 'no-referrer',
  };
  return contentReply(type, body, headers);
}
