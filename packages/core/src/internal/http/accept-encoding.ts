import Negotiator from 'negotiator';

/**
 * The one of `offered` that an `Accept-Encoding` header likes best (RFC 9110 §12.5.3). Undefined: send it as it is.
 */
export function pickEncoding<T extends string>(header: string | undefined, offered: readonly T[]): T | undefined {
  if (header === undefined) return undefined;
  const picked = new Negotiator({ headers: { 'accept-encoding': header } }).encoding([...offered, 'identity']);
  return offered.find((coding) => coding === picked);
}
