import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from './failure.js';
import { parseValue } from './values.js';

/** The major versions of the official client. Each one names a protocol. */
export const PROTOCOLS = ['0.9', '1', '2', '3', '4'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How the connection is carried; `upgrade` begins with polling and changes to WebSocket. */
export const TRANSPORTS = ['upgrade', 'websocket', 'polling'] as const;
export type TransportChoice = (typeof TRANSPORTS)[number];

/** A server, and how to connect to it. */
export interface Target {
  /** Such as `https://example.com:8443`. */
  readonly origin: string;
  readonly namespace: string;
  /** With a slash at both ends. */
  readonly path: string;
  readonly protocol: Protocol;
  readonly transport: TransportChoice;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds that one step may take. */
  readonly timeout: number;
  readonly tls: { readonly rejectUnauthorized: boolean; readonly ca?: string };
}

/** The values of the options that `connectionOptions` adds. */
export interface ConnectionFlags {
  readonly namespace?: string;
  readonly path: string;
  readonly protocol: Protocol;
  readonly transport: TransportChoice;
  readonly auth?: unknown;
  readonly header: readonly string[];
  readonly query: readonly string[];
  readonly origin?: string;
  readonly timeout: number;
  readonly insecure: boolean;
  readonly ca?: string;
}

/** The options of each command that connects. */
export function connectionOptions(command: Command): Command {
  return command
    .addOption(new Option('-p, --protocol <version>', 'version of the client').choices(PROTOCOLS).default('4'))
    .addOption(new Option('-t, --transport <name>', 'how to connect').choices(TRANSPORTS).default('upgrade'))
    .option('-n, --namespace <name>', 'namespace; by default the path of the URL')
    .option('--path <path>', 'path of the Socket.IO endpoint', '/socket.io/')
    .option('-a, --auth <json>', 'data for the server to identify the client, or the text of a token', parseValue)
    .option('-H, --header <line>', 'request header, such as "Cookie: id=1"; repeatable', collect, [])
    .option('-q, --query <pair>', 'query parameter, such as room=1; repeatable', collect, [])
    .option('--origin <origin>', 'value of the header Origin')
    .option('--timeout <ms>', 'milliseconds that each step may take', positive, 10_000)
    .option('--insecure', 'accept any TLS certificate', false)
    .option('--ca <file>', 'PEM file with the certificate authority of the server');
}

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** @throws InvalidArgumentError unless the text is a number above 0 */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('A number above 0 is expected.');
  return value;
}

/** @throws InvalidArgumentError unless the text is a whole number above 0 */
export function count(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('A whole number is expected.');
  return value;
}

/**
 * Reads a URL and the options of a command.
 *
 * @param text with or without a scheme: `localhost:3000/chat` is `http://localhost:3000` with the namespace `/chat`
 * @throws Failure for a URL or an option that means nothing
 */
export function targetOf(text: string, flags: ConnectionFlags): Target {
  const url = parseUrl(text);
  const { namespace = url.pathname === '' ? '/' : decodeURIComponent(url.pathname) } = flags;
  return {
    origin: url.origin,
    namespace: namespace.startsWith('/') ? namespace : `/${namespace}`,
    path: `/${flags.path.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/'),
    protocol: flags.protocol,
    transport: flags.transport,
    query: { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(flags.query.map(pairOf)) },
    headers: {
      ...Object.fromEntries(flags.header.map(headerOf)),
      ...(flags.origin !== undefined && { Origin: flags.origin }),
    },
    auth: authOf(flags.auth),
    timeout: flags.timeout,
    tls: { rejectUnauthorized: !flags.insecure, ...(flags.ca !== undefined && { ca: readText(flags.ca) }) },
  };
}

function parseUrl(text: string): URL {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const scheme = url?.protocol.replace(/^ws/, 'http') ?? '';
  if (url === undefined || !/^https?:$/.test(scheme)) {
    throw new Failure('usage', `${text} is not the URL of a server.`, 'Use a form such as https://example.com/chat.');
  }
  // `origin` of a WebSocket's URL has its own scheme.
  return new URL(`${scheme}//${url.host}${url.pathname}${url.search}`);
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function headerOf(text: string): [string, string] {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined) throw new Failure('usage', `${text} is not a header.`, 'Use the form "Name: value".');
  return [name, value];
}

/** A plain text becomes a token, as most servers expect it. */
function authOf(value: unknown): Target['auth'] {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return { token: value };
}

/** @throws Failure when the file cannot be read */
export function readText(file: string): string {
  return readBytes(file).toString('utf8');
}

/** @throws Failure when the file cannot be read */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure('usage', `Cannot read ${file}: ${(error as Error).message}.`);
  }
}
