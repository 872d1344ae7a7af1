/** The parameters that Engine.IO itself reads. `INVALID` stands for a parameter given more than once. */
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

/** No transport, session or revision has this name, so a repeated parameter is refused like an unknown one. */
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
        transport = read(query, keyEnd, end, transport);
        break;
      case 'sid':
        sid = read(query, keyEnd, end, sid);
        break;
      case 'EIO':
        revision = read(query, keyEnd, end, revision);
        break;
      case 'b64':
        b64 = read(query, keyEnd, end, b64);
        break;
      case 'j':
        jsonp = read(query, keyEnd, end, jsonp);
        break;
      case 't':
        stamp = read(query, keyEnd, end, stamp);
        break;
    }
    start = end + 1;
  }
  const base64 = b64 !== undefined && b64 !== '' && b64 !== '0';
  return { transport, sid, revision, base64, jsonp, stamp };
}

const MAX_PARAMETERS = 100;

/** @param before what the parameter was already given as. */
function read(query: string, keyEnd: number, end: number, before: string | undefined): string {
  return before === undefined ? decode(query.slice(keyEnd + 1, end)) : INVALID;
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return INVALID;
  }
}
