import { CodecError, excerpt } from '../codec-error.js';
import { type CodecLimits, defaultLimits } from '../limits.js';
import type { JsonRules } from './json.js';
import { PacketType } from './packet.js';

/** How strictly packets are read. Limits left out have their defaults. */
export interface PacketRules extends Partial<CodecLimits>, JsonRules {
  /**
   * Read by the rules of revisions 3 and 4: any value on CONNECT, arrays and null too on CONNECT_ERROR,
   * no reserved event names.
   * @default false
   */
  readonly lenient?: boolean;
  /** Let event names through that mean something to the server itself. @default false */
  readonly allowReservedEvents?: boolean;
}

/** Rules of revision 5 with the default limits. */
export const strictRules: PacketRules = Object.freeze({ ...defaultLimits, lenient: false, allowReservedEvents: false });

/** Rules of revisions 3 and 4 with the default limits. */
export const lenientRules: PacketRules = Object.freeze({ ...defaultLimits, lenient: true, allowReservedEvents: true });

/** Event names that no peer may send under revision 5, and no server may emit. */
export const RESERVED_EVENTS: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/**
 * Checks that a decoded packet's data fits its type.
 * @throws {CodecError} `bad_data`, `bad_event_name` or `bad_type`
 */
export function checkData(type: unknown, data: unknown, rules: PacketRules): void {
  switch (type) {
    case PacketType.EVENT:
      return checkEvent(data, rules);
    case PacketType.ACK:
      return demand(Array.isArray(data), 'an ACK carries an array', data);
    case PacketType.CONNECT:
      return demand(
        data === undefined || isRecord(data) || rules.lenient === true,
        'a CONNECT carries an object or nothing',
        data,
      );
    case PacketType.DISCONNECT:
      return demand(data === undefined, 'a DISCONNECT carries nothing', data);
    case PacketType.CONNECT_ERROR:
      return checkConnectError(data, rules);
    default:
      throw new CodecError('bad_type', `Unknown packet type ${typeof type === 'number' ? type : kindOf(type)}`);
  }
}

function checkEvent(data: unknown, rules: PacketRules): void {
  if (!Array.isArray(data)) return demand(false, 'an EVENT carries an array', data);
  const name: unknown = data[0];
  if (typeof name === 'string') {
    if (name.length > (rules.maxEventNameLength ?? defaultLimits.maxEventNameLength)) {
      throw new CodecError('bad_event_name', `Event name too long: ${excerpt(name)}`);
    }
    if (rules.lenient !== true && rules.allowReservedEvents !== true && RESERVED_EVENTS.has(name)) {
      throw new CodecError('bad_event_name', `Reserved event name: ${name}`);
    }
  } else if (!Number.isFinite(name)) {
    throw new CodecError('bad_event_name', `An event's name is a string or a number, not ${kindOf(name)}`);
  }
}

function checkConnectError(data: unknown, rules: PacketRules): void {
  const fits = typeof data === 'string' || isRecord(data) || (rules.lenient === true && typeof data === 'object');
  demand(fits, 'a CONNECT_ERROR carries a string or an object', data);
}

function demand(fits: boolean, rule: string, data: unknown): void {
  if (!fits) throw new CodecError('bad_data', `Bad data: ${rule}, not ${kindOf(data)}`);
}

/**
 * Checks the length of a namespace's name, and apart from it that of a query appended to it.
 * @throws {CodecError} `bad_namespace`
 */
export function checkNamespace(nsp: string, rules: PacketRules): void {
  const max = rules.maxNamespaceLength ?? defaultLimits.maxNamespaceLength;
  if (nsp.length <= max) return;
  const query = nsp.indexOf('?');
  const nameLength = query === -1 ? nsp.length : query;
  const maxQuery = rules.maxNamespaceQueryLength ?? defaultLimits.maxNamespaceQueryLength;
  if (nameLength > max || nsp.length - nameLength > maxQuery) {
    throw new CodecError('bad_namespace', `Namespace too long: ${excerpt(nsp)}`);
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
