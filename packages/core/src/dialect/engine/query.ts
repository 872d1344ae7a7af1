/** The parameters that Engine.IO itself reads. `INVALID` stands for a parameter given more than once. */
export interface EngineQuery {
  readonly transport: string | undefined;
  readonly sid: string | undefined;
  readonly revision: string | undefined;
  /** The client cannot take binary. */
  readonly base64: boolean;
  /** JSONP callback index. */
  readonly jsonp: string | undefined;
  /** What keeps caches from answering; its form tells clients apart. */
  readonly stamp: string | undefined;
}

/** No transport, session or revision has this name, so a repeated parameter is refused like an unknown one. */
export const INVALID = '\0';

/** Reads the query string of a request in one pass. */
export function parseEngineQuery(query: string): EngineQuery {
  const found: Record<EngineKey, string | undefined> = {
    transport: undefined,
    sid: undefined,
    EIO: undefined,
    b64: undefined,
    j: undefined,
    t: undefined,
  };
  for (const part of query.split('&', MAX_PARAMETERS)) {
    const equals = part.indexOf('=');
    const key = equals === -1 ? part : part.slice(0, equals);
    if (!isEngineKey(key)) continue;
    found[key] = found[key] === undefined ? decode(equals === -1 ? '' : part.slice(equals + 1)) : INVALID;
  }
  return {
    transport: found.transport,
    sid: found.sid,
    revision: found.EIO,
    base64: found.b64 !== undefined && found.b64 !== '' && found.b64 !== '0',
    jsonp: found.j,
    stamp: found.t,
  };
}

type EngineKey = 'transport' | 'sid' | 'EIO' | 'b64' | 'j' | 't';
const MAX_PARAMETERS = 100;

function isEngineKey(key: string): key is EngineKey {
  return key === 'transport' || key === 'sid' || key === 'EIO' || key === 'b64' || key === 'j' || key === 't';
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return INVALID;
  }
}
