import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Profiler } from 'node:inspector';
import { createRequire, SourceMap } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server, Socket } from '@sio/core';
import type { WebSocket } from 'ws';
import { V8Profiler } from '../profiler.js';

/** The ways that can be traced. */
export const WAYS = ['event', 'emit', 'broadcast', 'upgrade'] as const;
export type Way = (typeof WAYS)[number];

/** The functions that ran, by file below `packages`, in the order in which the file has them. */
export type Trace = ReadonlyMap<string, readonly string[]>;

/** Clients that are in the main namespace. */
const CLIENTS = 3;
/** Times that it is done: timers that happen to fire in one of them do not count. */
const PLAYS = 3;
/** Milliseconds after which nothing of an action is still on its way. */
const QUIET = 50;
/** V8's name for the part of a constructor that sets the class's fields: in the source they are one. */
const FIELDS = '<instance_members_initializer>';
const ENDPOINT = '/socket.io/?EIO=4&transport=websocket';

/**
 * Does something once and tells what functions of the core (and for an upgrade, of the adapter) V8 entered for it, in the built
 * files. A constructor and the fields of its class count as one. It has been done before, so that what runs the first time only
 * does not count.
 *
 * @param root URL of the repository whose built files run
 */
export async function trace(way: Way, root: URL): Promise<Trace> {
  const harness = await Harness.open(root);
  const coverage = new FunctionCoverage();
  try {
    if (way !== 'upgrade') await harness.fill();
    await harness.play(way);
    const packages = way === 'upgrade' ? ['core', 'express'] : ['core'];
    const folders = packages.map((name) => new URL(`packages/${name}/dist/`, root).href);
    let found: Entered | undefined;
    for (let play = 0; play < PLAYS; play++) {
      coverage.reset();
      await harness.play(way);
      found = common(coverage.read(folders), found);
    }
    return namesOf(found as Entered);
  } finally {
    coverage.close();
    harness.close();
  }
}

/** An Express app with a server, and clients of it in the same process, which use nothing of the core. */
class Harness {
  readonly #io: Server;
  readonly #http: HttpServer;
  readonly #WebSocket: typeof WebSocket;
  readonly #clients: WebSocket[] = [];
  readonly #sockets: Socket[] = [];
  #onHeard = () => {};

  private constructor(io: Server, http: HttpServer, WebSocketClass: typeof WebSocket) {
    this.#io = io;
    this.#http = http;
    this.#WebSocket = WebSocketClass;
    io.on('connection', (socket: Socket) => {
      this.#sockets.push(socket);
      socket.on('hello', () => this.#onHeard());
    });
  }

  static async open(root: URL): Promise<Harness> {
    const require = createRequire(new URL('packages/express/package.json', root));
    const adapter = (await import(new URL('packages/express/dist/index.js', root).href)) as {
      socketio(namespaces: object): { readonly io: Server };
    };
    const app = (require('express') as typeof import('express'))();
    const mount = adapter.socketio({});
    app.use(mount as never);
    const http = createServer(app).listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new Harness(mount.io, http, (require('ws') as { WebSocket: typeof WebSocket }).WebSocket);
  }

  async fill(): Promise<void> {
    for (let n = 0; n < CLIENTS; n++) {
      const client = await this.#connect();
      client.send('40');
      await once(client, 'message');
      this.#clients.push(client);
    }
  }

  async play(way: Way): Promise<void> {
    await this.#actions[way]();
    await delay(QUIET);
  }

  readonly #actions: Readonly<Record<Way, () => Promise<unknown>>> = {
    event: () => {
      const heard = new Promise<void>((resolve) => {
        this.#onHeard = resolve;
      });
      this.#clients[0]?.send('42["hello",1]');
      return heard;
    },
    emit: () => {
      this.#sockets[0]?.emit('hello', 1);
      return once(this.#clients[0]!, 'message');
    },
    broadcast: () => {
      this.#io.emit('hello', 1);
      return Promise.all(this.#clients.map((client) => once(client, 'message')));
    },
    upgrade: async () => this.#clients.push(await this.#connect()),
  };

  /** A client that the engine has greeted. */
  async #connect(): Promise<WebSocket> {
    const { port } = this.#http.address() as AddressInfo;
    const client = new this.#WebSocket(`ws://127.0.0.1:${port}${ENDPOINT}`, { perMessageDeflate: false });
    await once(client, 'message');
    return client;
  }

  close(): void {
    for (const client of this.#clients) client.terminate();
    void this.#io.close();
    this.#http.close();
  }
}

/** Which functions V8 has entered. */
class FunctionCoverage {
  readonly #profiler = new V8Profiler();

  constructor() {
    this.#profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  reset(): void {
    this.#profiler.post('Profiler.takePreciseCoverage');
  }

  /** @param folders URLs of those whose files count */
  read(folders: readonly string[]): Entered {
    const { result } = this.#profiler.post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    const files = result.filter(({ url }) => folders.some((folder) => url.startsWith(folder)));
    const entered = new Map<string, Map<number, string>>();
    for (const { url, functions } of files) {
      const all = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
      const built = new BuiltFile(url);
      for (const each of withoutFields(all, built.text)) {
        const source = built.sourceAt(startOf(each));
        const names = entered.get(source) ?? new Map<number, string>();
        entered.set(source, names.set(startOf(each), nameOf(each)));
      }
    }
    return entered;
  }

  close(): void {
    this.#profiler.close();
  }
}

/** A file of a package as it is published: one module, or many that have been joined. */
class BuiltFile {
  readonly text: string;
  readonly #package: string;
  readonly #map: SourceMap;
  /** Offset at which each line begins. */
  readonly #lines: readonly number[];

  constructor(url: string) {
    this.text = readFileSync(new URL(url), 'utf8');
    this.#package = /\/packages\/(\w+)\/dist\//.exec(url)?.[1] ?? '';
    this.#map = new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8')));
    this.#lines = [0, ...[...this.text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** @returns the module that stands at an offset, as `core/namespace/client.js` */
  sourceAt(offset: number): string {
    const line = this.#lines.findLastIndex((start) => start <= offset);
    const entry = this.#map.findEntry(line, offset - this.#lines[line]!);
    const source = 'originalSource' in entry ? entry.originalSource : '';
    return source.replace(/.*\/src\/(.*)\.ts$/, `${this.#package}/$1.js`);
  }
}

/** The names of functions, by file and place. */
type Entered = ReadonlyMap<string, ReadonlyMap<number, string>>;

function common(entered: Entered, before: Entered = entered): Entered {
  return new Map(
    [...entered].map(([file, functions]) => [
      file,
      new Map([...functions].filter(([place]) => before.get(file)?.has(place))),
    ]),
  );
}

function namesOf(entered: Entered): Trace {
  const lists = [...entered].map(([file, functions]): [string, string[]] => [file, [...functions.values()]]);
  return new Map(lists.filter(([, functions]) => functions.length > 0));
}

const startOf = ({ ranges }: Profiler.FunctionCoverage) => ranges[0]?.startOffset ?? 0;

/** The fields of a class count with its constructor, if it has one. */
function withoutFields(functions: readonly Profiler.FunctionCoverage[], source: string): Profiler.FunctionCoverage[] {
  const classAt = (each: Profiler.FunctionCoverage) => source.lastIndexOf('\nclass ', startOf(each));
  const constructors = functions.filter((each) => source.startsWith('constructor(', startOf(each)));
  const made = new Set(constructors.map(classAt));
  return functions.filter((each) => each.functionName !== FIELDS || !made.has(classAt(each)));
}

/** The name in the source: where modules are joined, a second function of a name has a number. */
function nameOf({ functionName }: Profiler.FunctionCoverage): string {
  return functionName === '' ? '(anonymous)' : functionName.replace(/\$\d+$/, '');
}
