import { Child, connected, fetchAnswer, type Memory, postInBytes, type TinyChunks } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

/** Bytes of a POST. */
const LENGTH = 150_000;
/** Bytes that the process may hold for four POSTs; a parser that keeps their pieces holds thirty million or more. */
const ROOM = 8_000_000;

const TEXT = 'text/plain;charset=UTF-8';
const FORM = 'application/x-www-form-urlencoded';

/** How a session is opened, where it is posted to, as what, and how the body begins. */
const KINDS: readonly (readonly [handshake: string, post: (sid: string) => string, type: string, first: string])[] = [
  ['?EIO=4&transport=polling', (sid) => `?EIO=4&transport=polling&sid=${sid}`, TEXT, '4'],
  ['?EIO=3&transport=polling', (sid) => `?EIO=3&transport=polling&sid=${sid}`, 'application/octet-stream', '\0'],
  ['?EIO=4&transport=polling&j=0', (sid) => `?EIO=4&transport=polling&j=0&sid=${sid}`, FORM, 'd=4'],
  ['1/?t=1', (sid) => `1/xhr-polling/${sid}`, TEXT, '3:::'],
];

/** A session that no namespace has been joined in. */
async function openSession(url: string, handshake: string): Promise<string> {
  const { body } = await fetchAnswer(`${url}/socket.io/${handshake}`);
  return /\\?"sid\\?":\\?"([\w-]+)/.exec(body)?.[1] ?? /([\w-]{20}):/.exec(body)![1]!;
}

/**
 * Declares the tests of uploads to an app whose body parsers stand in front of the Socket.IO server: in pieces of one byte they take
 * no more memory than without those.
 *
 * @param program serves such an app, with the commands of `httpCommands`; it answers `echo`
 * @param parsers arguments of the program, each with the parsers of another library
 */
export function uploadSuite(program: URL, parsers: readonly string[]): void {
  describe.each(parsers)('behind %s', (parser) => {
    test('POSTs that come byte by byte take no more memory than their bytes', async () => {
      const server = new Child(program, [parser], { execArgv: ['--expose-gc', '--max-old-space-size=1024'] });
      const port = await server.call<number>('start');
      const url = `http://127.0.0.1:${port}`;
      const posts: TinyChunks[] = [];
      for (const [handshake, path, type, first] of KINDS) {
        const sid = await openSession(url, handshake);
        posts.push({ path: `/socket.io/${path(sid)}`, type, first, length: LENGTH });
      }
      const before = await server.call<Memory>('memory');
      for (const post of posts) await postInBytes(Object.assign(server, { port }), post);
      const after = await server.call<Memory>('memory');
      expect(after.held - before.held).toBeLessThan(ROOM);
      const socket = await connected(url, { transports: ['polling'] });
      expect(await socket.emitWithAck('echo', 'x'.repeat(200_000))).toHaveLength(200_000);
    }, 60_000);
  });
}
