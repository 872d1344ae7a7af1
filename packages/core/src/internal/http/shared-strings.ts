import type { IncomingMessage } from 'node:http';
import { dropListenerTable, listenerCountOf } from '../node-internals.js';

// Node makes new strings of the headers of each request: a kept request holds half a kilobyte of texts that thousands of others
// hold as well.

/** Headers whose values many clients have in common, and which tell nothing about a person that `user-agent` does not. */
const COMMON = [
  'Host',
  'Connection',
  'Upgrade',
  'User-Agent',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Cache-Control',
  'Pragma',
  'Origin',
  'DNT',
  'Sec-GPC',
  'Sec-CH-UA',
  'Sec-CH-UA-Mobile',
  'Sec-CH-UA-Platform',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Extensions',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
];

/** Headers whose values belong to one client. */
const PERSONAL = [
  'Authorization',
  'Cookie',
  'Forwarded',
  'Referer',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Protocol',
  'Via',
  'X-Forwarded-For',
  'X-Real-IP',
  'X-Request-Id',
];

const commonNames = namesOf(COMMON);
const personalNames = namesOf(PERSONAL);

/** As browsers spell them, and as proxies do. */
function namesOf(list: readonly string[]): ReadonlyMap<string, string> {
  return new Map(list.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, name]));
}

/** Values that are shared at a time, and the longest one (characters): at most 128 KB. */
const MAX_VALUES = 500;
const LONGEST = 256;

const values = new Map<string, string>();

function shared(value: string): string {
  const known = values.get(value);
  if (known !== undefined) return known;
  if (value.length > LONGEST) return value;
  if (values.size === MAX_VALUES) values.clear();
  values.set(value, value);
  return value;
}

/** The target of the last request: handshakes without polling all have the same one. */
let lastUrl = '';

/**
 * Makes a request that is kept refer to texts that other requests hold too, and drops its empty table of listeners. It reads as before.
 */
export function shareStrings(req: IncomingMessage): void {
  const rawHeaders = req.rawHeaders as string[] | undefined;
  // Requests that are made up may have none, and a middleware may have frozen it.
  if (rawHeaders === undefined || Object.isFrozen(rawHeaders) || Object.isFrozen(req)) return;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const common = commonNames.get(name);
    if (common === undefined) {
      const personal = personalNames.get(name);
      if (personal !== undefined) rawHeaders[i] = personal;
    } else {
      rawHeaders[i] = common;
      rawHeaders[i + 1] = shared(rawHeaders[i + 1] as string);
    }
  }
  if (req.httpVersion === HTTP_1_1) req.httpVersion = HTTP_1_1;
  if (req.url === lastUrl) req.url = lastUrl;
  else if (req.url !== undefined && req.url.length <= LONGEST) lastUrl = req.url;
  if (listenerCountOf(req) === 0) dropListenerTable(req);
}

const HTTP_1_1 = '1.1';
