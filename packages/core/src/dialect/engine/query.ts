/** The parameters that Engine.IO itself reads: of a repeated one the last. `INVALID` stands for one that cannot be decoded, and for contradictory revisions. */
export interface EngineQuery {
  readonly transport: string | undefined;
  readonly sid: string | undefined;
  readonly revision: string | undefined;
  /** The client cannot take binary. */
  readonly base64: boolean;
  /** JSONP callback index. */
  readonly jsonp: string | undefined;
  /** Keeps caches from answering; its form tells clients apart. */
  readonly stamp: string | undefined;
}

/** No transport, session or revision has this name, so it is refused like an unknown one. */
export const INVALID = '\0';

/** Reads the query string of a request in one pass. */
export function parseEngineQuery(query: string): EngineQuery {
  let transport: string | undefined;
  let sid: string | undefined;
  let revision: string | undefined;
  let b64: string | undefined;
  let jsonp: string | undefined;
  let stamp: string | undefined;
  for (let start = 0, parts = 0; start < query.length && parts < MAX_PARAMETERS; parts++) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand === -1 ? query.length : ampersand;
    const equals = query.indexOf('=', start);
    const keyEnd = equals === -1 || equals > end ? end : equals;
    switch (query.slice(start, keyEnd)) {
      case 'transport':
        transport = decode(query.slice(keyEnd + 1, end));
        break;
      case 'sid':
        sid = decode(query.slice(keyEnd + 1, end));
        break;
      case 'EIO':
        revision = agreed(decode(query.slice(keyEnd + 1, end)), revision);
        break;
      case 'b64':
        b64 = decode(query.slice(keyEnd + 1, end));
        break;
      case 'j':
        jsonp = decode(query.slice(keyEnd + 1, end));
        break;
      case 't':
        stamp = decode(query.slice(keyEnd + 1, end));
        break;
    }
    start = end + 1;
  }
  const base64 = b64 !== undefined && b64 !== '' && b64 !== '0';
  return { transport, sid, revision, base64, jsonp, stamp };
}

const MAX_PARAMETERS = 100;

/** Some clients append their parameters to an address that already has them. @param before an earlier value. */
function agreed(value: string, before: string | undefined): string {
  return before === undefined || before === value ? value : INVALID;
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return INVALID;
  }
}
