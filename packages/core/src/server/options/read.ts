import { bytesOf } from '../../codec/bytes.js';
import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { OPTIONAL_TRANSPORTS } from '../../transport/kinds.js';
import type { Warn } from './warnings.js';

/** A transport that connections may be made of. */
export type TransportName = 'polling' | 'websocket' | 'webtransport';

/** Transports that do not exist are left out, with a warning. @throws OptionError when none is left. */
export function readTransports(given: unknown, _name: string, warn: Warn): readonly TransportName[] {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  const known = names.filter((name) => OPTIONAL_TRANSPORTS.has(name as string));
  if (known.length === 0)
    throw new OptionError(
      `option transports must be a list of ${[...OPTIONAL_TRANSPORTS].join(', ')}, not ${shown(names[0] ?? given)}`,
    );
  for (const name of names) {
    if (known.includes(name)) continue;
    warn('SIO_OPTION_TRANSPORT_UNKNOWN', `option transports: there is no transport ${shown(name)}`);
  }
  return known as readonly TransportName[];
}

/** @throws OptionError for a path that no request can ask for. */
export function readPath(path: unknown): string {
  if (typeof path === 'string' && /^(?:\/[^?#\s]*)?$/.test(path)) return path;
  throw new OptionError(`option path must be a path that begins with a slash, not ${shown(path)}`);
}

/** A first message: text, or bytes of any kind. */
// Named, since compilers before 5.9 know no type arguments for views.
export type InitialPacket = string | ArrayBufferView | ArrayBufferLike;

/** @throws OptionError for what is neither text nor bytes. */
export function readInitialPacket(packet: unknown): string | Buffer {
  const data = typeof packet === 'string' ? packet : bytesOf(packet);
  if (data !== undefined) return data;
  throw new OptionError(`option initialPacket must be text or bytes, not ${shown(packet)}`);
}

/** A name, with a dot in front for all names below it, or an address; with a port or without. */
const HOST = /^(?:\.?[^\s/:[\]@?#]+|\[[\d:a-f.]+\])(?::\d{1,5})?$/i;

/** @throws OptionError for an entry that no `Host` header can be. */
export function readHosts(hosts: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(hosts) ? hosts : [hosts];
  const wrong = list.find((host) => typeof host !== 'string' || !HOST.test(host));
  if (wrong === undefined && list.length > 0) return list as readonly string[];
  throw new OptionError(
    `option allowedHosts must be a list of names such as 'chat.example', not ${shown(list.length === 0 ? hosts : wrong)}`,
  );
}
