import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';

/** How a message ends, and what protocol follows: no code but ours can know. */
const FRAMING = /^(?:content-length|transfer-encoding|trailer|upgrade|sec-websocket-.*)$/i;

/**
 * Removes from `headers` what an application's listener has put there and no HTTP message can carry, by the rules that Node
 * applies to a response: invalid names, values with line breaks or characters beyond Latin-1, and headers that frame the message.
 * The others become text.
 *
 * @param failed gets one error that names all headers that were removed.
 */
export function removeInvalidHeaders(headers: OutgoingHttpHeaders, failed: (error: Error) => void): void {
  let removed: string[] | undefined;
  let cause: unknown;
  for (const name of Object.keys(headers)) {
    try {
      headers[name] = checked(name, headers[name]);
    } catch (error) {
      delete headers[name];
      removed ??= [];
      removed.push(JSON.stringify(name));
      cause ??= error;
    }
  }
  if (removed !== undefined) failed(new Error(`these headers cannot be sent: ${removed.join(', ')}`, { cause }));
}

/** @throws Error for a header that cannot be sent. */
function checked(name: string, value: unknown): string | string[] {
  validateHeaderName(name);
  if (FRAMING.test(name)) throw new Error(`${name} cannot be set by a listener: the server sets it`);
  return Array.isArray(value) ? value.map((one) => checkedValue(name, one)) : checkedValue(name, value);
}

function checkedValue(name: string, value: unknown): string {
  // Node's rule for what is missing; a template would make a text of it.
  if (value === undefined || value === null) throw new TypeError(`${name} has no value`);
  const text = `${value as string}`;
  validateHeaderValue(name, text);
  return text;
}
