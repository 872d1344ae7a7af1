import type { AsyncResource } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

// Every use of behaviour that Node does not document stands in this file. `test/internal/node-internals.test.ts` has a canary for
// each: it fails when a Node release changes that behaviour.

// ---- asynchronous context ----

/** Each `AsyncResource` has two marks of Node's own: its number, and that of the one it was made in. */
const PLAIN_MARKS = 2;
const PLAIN = new Set<string | undefined>(['async_id_symbol', 'trigger_async_id_symbol', 'destroyed']);

/**
 * Whether any `AsyncLocalStorage` of the process held something when the resource was made. Each storage leaves a mark of its own on
 * all resources once it is used; since Node 24, one mark for all has a value.
 */
export function carriesContext(resource: AsyncResource): boolean {
  const marks = Object.getOwnPropertySymbols(resource);
  if (marks.length <= PLAIN_MARKS) return false;
  for (const mark of marks) {
    if (PLAIN.has(mark.description)) continue;
    if (mark.description !== 'context_frame') return true;
    if (Reflect.get(resource, mark) !== undefined) return true;
  }
  return false;
}

// ---- sockets ----

/** Node itself looks at these fields to tell whether a socket's timeout has come. */
interface SocketHandle {
  readonly _handle?: { readonly bytesWritten?: number; readonly writeQueueSize?: number } | null;
}

/** Bytes that the system has taken of what is being written to `socket`; -1 while it has taken everything. Only good to compare. */
export function bytesTakenOf(socket: object | null): number {
  const handle = (socket as SocketHandle | null)?._handle;
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return writeQueueSize === 0 ? -1 : (bytesWritten - writeQueueSize) & 0x3fff_ffff;
}

// ---- responses ----

/** Node keeps the head of a response here until its first byte is out. */
interface UnsentHead {
  _header?: unknown;
  _headerSent?: boolean;
  _hasBody?: boolean;
}

/**
 * Makes an ASCII body part of the head that is about to go out: one string, and one system call, where Node would collect head, body
 * and an empty end as three, which costs a fifth of the whole answer.
 * @returns false when this response does not keep its head as text (HTTP/2): then the body is to be written as usual.
 */
export function joinBody(res: ServerResponse, body: string): boolean {
  const head = res as ServerResponse & UnsentHead;
  if (typeof head._header !== 'string' || head._headerSent !== false || head._hasBody !== true) return false;
  head._header += body;
  return true;
}
