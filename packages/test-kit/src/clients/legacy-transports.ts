import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';

/*
 * Browsers and Flash ran some transports of the official client 0.9: frames that load for ever, scripts, hidden forms.
 * Here Node does the same for it, request by request; everything above stays the official client's own.
 */

/** The value that the client's package calls `io`. */
export interface Legacy {
  readonly Transport: Record<string, TransportClass | undefined>;
  readonly util: { query(base: string, addition?: string): string; inherit(child: unknown, parent: unknown): void };
}

/** One of its transports, as far as it is used here. */
interface LegacyTransport {
  readonly isOpen: boolean;
  readonly socket: {
    readonly options: { readonly query: string; readonly host: string; readonly port: string | number };
    setBuffer(on: boolean): void;
  };
  /** The GET under way. */
  pending?: ClientRequest;
  websocket?: object;
  prepareUrl(): string;
  onData(payload: string): void;
  onClose(): void;
  get(): void;
}

interface TransportClass {
  apply(self: LegacyTransport, args: unknown[]): void;
  readonly prototype: Record<string, (this: LegacyTransport) => unknown>;
}

/** Adds the transports to the client's package, once. */
export function addLegacyTransports(io: Legacy): void {
  if (io.Transport.htmlfile !== undefined) return;
  stream(io, 'htmlfile', { part: /<script>_\("(?:[^"\\]|\\.)*"\);<\/script>/, read: readScript });
  stream(io, 'xhr-multipart', { part: /Content-Type: [^\r]*\r\n\r\n.*?\r\n--socketio\r\n/s, read: readPart });
  jsonpPolling(io);
  flashSocket(io);
}

function derive(io: Legacy, name: string, parent: string, members: object & ThisType<LegacyTransport>): void {
  const Parent = io.Transport[parent] as TransportClass;
  function Derived(this: LegacyTransport, ...args: unknown[]): void {
    Parent.apply(this, args);
  }
  io.util.inherit(Derived, Parent);
  Object.assign(Derived.prototype, { name, ...members });
  io.Transport[name] = Object.assign(Derived, { check: () => true, xdomainCheck: () => true });
}

/** The parent's method of this name. */
function inherited(io: Legacy, parent: string, method: string, transport: LegacyTransport): unknown {
  return io.Transport[parent]?.prototype[method]?.call(transport);
}

function ask(url: string, options: RequestOptions, body?: string): ClientRequest {
  const req = request(url, { agent: false, ...options });
  req.end(body);
  return req;
}

function urlOf(io: Legacy, transport: LegacyTransport, more = ''): string {
  return transport.prepareUrl() + io.util.query(transport.socket.options.query, `t=${Date.now()}${more}`);
}

interface Parts {
  /** One chunk of what the server writes. */
  readonly part: RegExp;
  /** The payload in it. */
  read(part: string): string;
}

/** An answer that never ends. */
function stream(io: Legacy, name: string, { part, read }: Parts): void {
  derive(io, name, 'XHR', {
    get() {
      let text = '';
      this.pending = ask(urlOf(io, this), {});
      this.pending.on('error', () => this.isOpen && this.onClose());
      this.pending.on('response', (response: IncomingMessage) => {
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          for (let found = part.exec(text); found !== null; found = part.exec(text)) {
            text = text.slice(found.index + found[0].length);
            this.onData(read(found[0]));
          }
        });
        response.on('error', () => {});
        response.on('close', () => this.isOpen && this.onClose());
      });
    },
    close() {
      this.pending?.destroy();
      return inherited(io, 'XHR', 'close', this);
    },
  });
}

/** As the client's own listener does it: unescape slashes. */
function readScript(script: string): string {
  let payload = '';
  new Function('_', script.slice('<script>'.length, -'</script>'.length))((text: string) => {
    payload = text.replace(/\\\//g, '/');
  });
  return payload;
}

function readPart(part: string): string {
  return part.slice(part.indexOf('\r\n\r\n') + 4, -'\r\n--socketio\r\n'.length);
}

function jsonpPolling(io: Legacy): void {
  derive(io, 'jsonp-polling', 'xhr-polling', {
    get() {
      if (!this.isOpen) return;
      this.pending = ask(urlOf(io, this, '&i=7'), {});
      this.pending.on('error', () => this.isOpen && this.onClose());
      this.pending.on('response', async (response: IncomingMessage) => {
        const text = await bodyOf(response);
        if (!this.isOpen) return;
        new Function('io', text)({ j: { 7: (payload: string) => this.onData(payload) } });
        this.get();
      });
    },
    post(data: string) {
      this.socket.setBuffer(true);
      const body = new URLSearchParams({ d: JSON.stringify(data) }).toString();
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const form = ask(urlOf(io, this, '&i=7'), { method: 'POST', headers }, body);
      form.on('error', () => this.isOpen && this.onClose());
      // A hidden frame cannot tell what was answered.
      form.on('response', async (response: IncomingMessage) => {
        await bodyOf(response);
        this.socket.setBuffer(false);
      });
    },
    close() {
      this.pending?.destroy();
      return inherited(io, 'xhr-polling', 'close', this);
    },
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8').on('error', () => {});
  for await (const piece of response) text += piece;
  return text;
}

/** Flash opens no socket before it has seen the policy file, and looks for it on the same port. */
function flashSocket(io: Legacy): void {
  derive(io, 'flashsocket', 'websocket', {
    open() {
      const { host, port } = this.socket.options;
      let policy = '';
      const socket = connect(Number(port), host, () => socket.write('<policy-file-request/>\0'));
      socket.setEncoding('utf8').on('data', (piece: string) => {
        policy += piece;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (policy.includes('<allow-access-from domain="*"')) inherited(io, 'websocket', 'open', this);
        else this.onClose();
      });
      return this;
    },
    close() {
      return this.websocket === undefined ? this : inherited(io, 'websocket', 'close', this);
    },
  });
}
