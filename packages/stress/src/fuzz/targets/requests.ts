import type { IncomingMessage } from 'node:http';
import { demand } from '../bytes.js';
import type { Target } from '../target.js';
import type { UnderTest } from '../under-test.js';

const PREFIXES = ['/', '/api', '/shops/:shop', ''];

/** The parts of a request that are read before it belongs to a client: path, query, origin, headers. */
export function requestTargets({ query, legacyTarget, mountTarget, standing, origin, encoding }: UnderTest): Target[] {
  const paths: Target = {
    name: 'paths and the mount',
    bytes: false,
    seeds: [
      '/socket.io/?EIO=4&transport=polling&sid=abc',
      '/api/socket.io/1/websocket/123?t=1',
      'http://host:80/shops/a%2fb/socket.io/1/',
      '/socket.io/1/xhr-polling/1/?disconnect',
    ],
    run(target) {
      const path = mountTarget.pathOf(target);
      demand(!path.includes('?') || target.indexOf('?') < target.indexOf('://'), 'a path ends at its query');
      mountTarget.queryOf(target);
      for (const prefix of PREFIXES) {
        const below = mountTarget.belowPrefix(target, prefix);
        demand(below === '/' || target.endsWith(below), 'what is below a mount is the end of the target');
      }
      const read = legacyTarget.readTarget(path);
      demand(typeof read !== 'object' || (read.sid !== '' && !read.sid.includes('/')), 'a session id is one segment');
    },
  };

  const endpoint = {
    path: '/socket.io',
    claims: (path: string) => path === '/socket.io' || path.startsWith('/socket.io/'),
  } as ConstructorParameters<typeof standing.LearnedPaths>[0];
  const upgrades: Target = {
    name: 'whose an upgrade is',
    bytes: false,
    seeds: [
      '/socket.io/',
      '/api/socket.io/1/',
      '/socket.io/a/socket.io/',
      '/socket.iox/?a',
      'http://x/socket.io',
      '/x',
    ],
    run(target) {
      const memory = new standing.LearnedPaths(endpoint);
      const path = mountTarget.pathOf(target);
      demand(
        memory.ownership(path) === (mayBeOurs(path) ? 'candidate' : 'other'),
        'only what is below our path is tried',
      );
      memory.learn(`/api${path}`, path);
      const below = memory.below(`/api${path}`, '');
      if (endpoint.claims(path)) demand(below === path, 'what is below a mount that is known is ours');
      else demand(below === undefined || endpoint.claims(below), 'nothing else is ours');
    },
  };
  const mayBeOurs = (path: string) =>
    [path.indexOf(endpoint.path), path.lastIndexOf(endpoint.path)].some(
      (at) => at >= 0 && endpoint.claims(path.slice(at)),
    );

  const queries: Target = {
    name: 'queries',
    bytes: false,
    seeds: ['EIO=4&transport=polling&t=x1&b64=1&sid=abc', 'EIO=3&j=0&sid=%41', 'transport=websocket&transport=polling'],
    run(text) {
      const read = query.parseEngineQuery(text);
      for (const name of ['transport', 'sid', 'EIO']) {
        const times = text.split('&', 100).filter((part) => part.split('=', 1)[0] === name).length;
        const value = name === 'EIO' ? read.protocolVersion : read[name as 'transport' | 'sid'];
        // An empty session id is none.
        const mayBeNone = name === 'sid' && /(?:^|&)sid(?:=?(?:&|$))/.test(text);
        demand(mayBeNone || (times === 0) === (value === undefined), `${name} is there when it was given`);
        const values = new Set(text.split('&', 100).filter((part) => part.split('=', 1)[0] === name));
        demand(name !== 'EIO' || values.size < 2 || value === query.INVALID, 'contradictory versions are invalid');
      }
      demand(
        Object.values(legacyTarget.readQuery(text)).every((value) => value !== undefined),
        'no holes',
      );
      const index = legacyTarget.jsonpIndex(text);
      demand(Number.isInteger(index) && index >= 0 && index < 1e9, 'an index is a small whole number');
    },
  };

  const own = origin.originCheck(undefined, undefined);
  const request = { headers: {} } as IncomingMessage;
  const patterns = origin.originCheck(['https://a.example', /^https:\/\/\w+\.b\.example$/], undefined);
  const origins: Target = {
    name: 'origins and headers',
    bytes: true,
    seeds: [
      'http://example.com',
      'https://a\xc8',
      'https://a.example',
      'https://x.b.example',
      'null',
      'gzip;q=0, deflate;q=1.0, *',
    ],
    run(text) {
      if (own(text, 'example.com', request) === true) {
        demand(/^(?:.*:\/\/)?example\.com$/is.test(text), 'only the host itself is its own origin');
      }
      demand(typeof patterns(text, undefined, request) === 'boolean', 'patterns decide at once');
      origin.originOfScript({ referer: text });
      const picked = encoding.pickEncoding(text, ['gzip', 'deflate']);
      demand(picked === undefined || ['gzip', 'deflate'].includes(picked), 'only what is offered');
    },
  };
  return [paths, upgrades, queries, origins];
}
