import { type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import { type ClientKind, client25, client48 } from './clients/kinds.js';

/*
 * JSONP needs a document: scripts that bring what there is, forms that carry what is said. Here Node does both for the official
 * clients 2.5 and 4.8. 4.8 has no such transport of its own. Everything above it is theirs.
 */

/** Long polling, as far as it is used here. */
interface Polling {
  readonly query: Record<string, string>;
  uri(): string;
  onData(payload: string): void;
  onError(reason: string, cause: Error): void;
}

interface PollingClass {
  new (options: unknown): Polling;
  readonly prototype: Polling;
}

const load = createRequire(import.meta.url);

/** The class that a client polls with, out of the package that it was installed with. */
function pollingOf(name: string, path: string): PollingClass {
  const own = createRequire(load.resolve(`socket.io-client-${name}`));
  const found = own(path) as PollingClass | { transports: { polling: PollingClass } };
  return 'transports' in found ? found.transports.polling : found;
}

/** The same client, on JSONP. */
function overJsonp(Parent: PollingClass): PollingClass {
  // Parents of 2.5 are functions, and the others classes: this serves both.
  function Jsonp(this: unknown, options: unknown): unknown {
    const transport = Reflect.construct(Parent, [options], Jsonp) as Polling & { supportsBinary: boolean };
    Object.assign(transport.query, { j: '3', transport: 'polling' });
    transport.supportsBinary = false;
    return transport;
  }
  Jsonp.prototype = Object.create(Parent.prototype, {
    doPoll: { value: poll },
    doWrite: { value: submit },
  });
  // A function that constructs, which types of functions do not say.
  return Jsonp as unknown as PollingClass;
}

/** Loads a script. */
function poll(this: Polling): void {
  const script = request(this.uri(), { agent: false }, async (response) => {
    try {
      const text = await bodyOf(response);
      if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
      new Function('___eio', text)({ 3: (payload: string) => this.onData(payload) });
    } catch (error) {
      this.onError('jsonp poll error', error as Error);
    }
  });
  script.on('error', (error) => this.onError('jsonp poll error', error));
  script.end();
}

/** Sends a form. Line breaks in it are escaped, for browsers rewrite them. */
function submit(this: Polling, payload: string, sent: () => void): void {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const form = request(this.uri(), { method: 'POST', agent: false, headers }, async (response) => {
    // A frame cannot tell what was answered, but does tell when.
    await bodyOf(response).catch(() => {});
    sent();
  });
  form.on('error', (error) => this.onError('jsonp post error', error));
  form.end(new URLSearchParams({ d: payload.replaceAll('\\n', '\\\\n') }).toString());
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) text += piece;
  return text;
}

/** Client 4.8 on JSONP. */
export const jsonp48: ClientKind = {
  ...client48,
  connect: (url, options) => {
    const transports = [overJsonp(pollingOf('4.8', 'engine.io-client'))];
    return client48.connect(url, { ...options, transports });
  },
};

/** Client 2.5 on JSONP. */
export const jsonp25: ClientKind = {
  ...client25,
  connect: (url, options) => {
    const own = createRequire(load.resolve('socket.io-client-2.5'));
    const transports = own('engine.io-client/lib/transports/index') as { jsonp?: PollingClass };
    transports.jsonp ??= overJsonp(pollingOf('2.5', 'engine.io-client/lib/transports/polling-xhr'));
    return client25.connect(url, { ...options, transports: ['jsonp'] });
  },
};
