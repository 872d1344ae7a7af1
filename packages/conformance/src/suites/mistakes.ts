import http from 'node:http';
import { Namespace } from '@sio/core';
import { describe, expect, test } from 'vitest';

class Chat extends Namespace {}

/** What `socketio` of an adapter is given in place of classes by namespace name, and what it says. */
const ARGUMENTS: readonly (readonly [string, readonly unknown[], string])[] = [
  ['a class alone', [Chat], "socketio() takes classes by namespace name, not a class: write socketio({ '/': Chat })"],
  [
    'an HTTP server',
    [http.createServer()],
    "socketio() takes classes by namespace name, not an HTTP server: write socketio({ '/chat': Chat }).attach(server)",
  ],
  ['a list', [[Chat]], "socketio() takes classes by namespace name, not a list: write socketio({ '/chat': Chat })"],
  ['a path', ['/chat'], 'socketio() takes classes by namespace name, not "/chat": write socketio({ \'/chat\': Chat })'],
  ['null', [null], "socketio() takes classes by namespace name, not null: write socketio({ '/chat': Chat })"],
  [
    'the options first',
    [{ path: '/live' }, { '/chat': Chat }],
    "path is an option, and options come second: write socketio({ '/chat': Chat }, { path: … })",
  ],
  [
    'a name with a slash at its end',
    [{ '/chat/': Chat }],
    '"/chat/" ends with a slash, which no client of "/chat" asks for: write "/chat"',
  ],
  [
    'a pattern with a slash at its end',
    [{ '/orders/:id/': Chat }],
    '"/orders/:id/" ends with a slash, which no client of "/orders/:id" asks for: write "/orders/:id"',
  ],
  [
    'undefined in place of a class, as of an import in a circle',
    [{ '/chat': undefined }],
    '"/chat" must be a class or { class, create }, not undefined',
  ],
  [
    'an object of the class',
    [{ '/chat': { say() {} } }],
    '"/chat" must be a class or { class, create }, not an object',
  ],
  [
    'a class that is not a namespace',
    [{ '/chat': class Plain {} }],
    '"/chat": Plain does not extend Namespace (or extends that of another copy of the package)',
  ],
  [
    'a function',
    [{ '/chat': { class: () => {}, create: () => ({}) } }],
    '"/chat": class does not extend Namespace (or extends that of another copy of the package)',
  ],
];

/** Declares the tests of what an adapter's `socketio` says to a developer who has mistaken its arguments. */
export function mistakeSuite(socketio: unknown): void {
  describe('socketio()', () => {
    test.each(ARGUMENTS)('says what to write when it gets %s', (_what, args, message) => {
      expect(() => (socketio as (...args: readonly unknown[]) => unknown)(...args)).toThrow(message);
    });
  });
}
