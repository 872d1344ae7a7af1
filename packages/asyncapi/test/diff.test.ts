import { type AsyncApiOptions, asyncapi, diff } from '@sio/asyncapi';
import { allow, args, type EventSchema, event, Namespace, type Namespaces } from '@sio/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const documentOf = (namespaces: Namespaces, options?: AsyncApiOptions) =>
  asyncapi(namespaces, { title: 'API', version: '1' }, options);

/** A namespace with one event of clients, one of the server, or both. */
function withEvents(events: { takes?: EventSchema; answers?: EventSchema; sends?: EventSchema }): Namespaces {
  const { takes = z.string(), answers, sends } = events;
  class Made extends Namespace {
    static events = { say: event(takes as never, () => {}, answers) } as const;
    static emits = sends === undefined ? {} : { said: sends };
  }
  return { '/chat': Made };
}

const changesOf = (before: Namespaces, after: Namespaces) =>
  diff(documentOf(before), documentOf(after)).map(({ breaking, text }) => `${breaking ? 'breaks' : 'eases'}: ${text}`);

const person = (more: z.ZodRawShape = {}) => z.object({ name: z.string(), ...more });
const tree: z.ZodType = z.object({
  name: z.string(),
  get kids() {
    return z.array(tree);
  },
});

test('the same classes have no differences', () => {
  const made = () => withEvents({ takes: tree, answers: person(), sends: args(z.tuple([z.number(), z.string()])) });
  expect(changesOf(made(), made())).toEqual([]);
});

describe('of events of clients,', () => {
  test.each<[string, EventSchema, EventSchema, string[]]>([
    [
      'a new member that must be there',
      person(),
      person({ age: z.number() }),
      ['breaks: The arguments: "[0].age" must be there.'],
    ],
    ['a new member that may be there', person(), person({ age: z.number().optional() }), []],
    [
      'a member of another type',
      person({ age: z.number() }),
      person({ age: z.string() }),
      ['breaks: The arguments: "[0].age" is string, and was number.'],
    ],
    [
      'a member that is refused',
      person({ age: z.number() }),
      z.strictObject({ name: z.string() }),
      ['breaks: The arguments: "[0].age" is no longer accepted.'],
    ],
    ['a member that is ignored', person({ age: z.number().optional() }), person(), []],
    [
      'a value that is refused',
      z.enum(['a', 'b']),
      z.enum(['a']),
      ['breaks: The arguments: "[0]" can no longer be "b".'],
    ],
    [
      'a value that is new',
      z.enum(['a']),
      z.enum(['a', 'b']),
      ['eases: The arguments: the server accepts more than before.'],
    ],
    [
      'a list of values in place of any text',
      z.string(),
      z.enum(['a']),
      ['breaks: The arguments: "[0]" is one of "a", and was any value.'],
    ],
    [
      'a shorter text',
      z.string().max(10),
      z.string().max(5),
      ['breaks: The arguments: "[0]" has maxLength 5, and had 10.'],
    ],
    ['a first bound', z.number(), z.number().min(-3), ['breaks: The arguments: "[0]" has minimum -3, and had none.']],
    [
      'a longer text',
      z.string().max(5),
      z.string().max(10),
      ['eases: The arguments: the server accepts more than before.'],
    ],
    [
      'whole numbers in place of all',
      z.number(),
      z.int(),
      ['breaks: The arguments: "[0]" is integer, and was number.'],
    ],
    [
      'one of several forms',
      z.union([z.string(), z.number()]),
      z.string(),
      ['breaks: The arguments: "[0]" is string, and was string or number.'],
    ],
    [
      'a further form',
      z.string(),
      z.union([z.string(), z.number()]),
      ['eases: The arguments: the server accepts more than before.'],
    ],
    [
      'another pattern',
      z.string().regex(/^a/),
      z.string().regex(/^b/),
      ['breaks: The arguments: "[0]" has another "pattern" now.'],
    ],
    [
      'a further argument',
      args(z.tuple([z.string()])),
      args(z.tuple([z.string(), z.number()])),
      ['breaks: The arguments: the list of arguments has minItems 2, and had 1.'],
    ],
    [
      'other elements',
      z.array(z.string()),
      z.array(z.number()),
      ['breaks: The arguments: "[0][]" is number, and was string.'],
    ],
    [
      'other values of a record',
      z.record(z.string(), z.string()),
      z.record(z.string(), z.number()),
      ['breaks: The arguments: "[0].*" is number, and was string.'],
    ],
    [
      'a member of a tree',
      tree,
      z.object({ name: z.string(), kids: z.array(z.object({ name: z.number() })) }),
      ['breaks: The arguments: "[0].kids[].name" is number, and was string.'],
    ],
  ])('%s', (_what, before, after, changes) => {
    expect(changesOf(withEvents({ takes: before }), withEvents({ takes: after }))).toEqual(
      changes.length > 0 ? changes : expect.not.arrayContaining([expect.stringMatching(/^breaks/)]),
    );
  });
});

describe('of events of the server,', () => {
  test.each<[string, EventSchema, EventSchema, string[]]>([
    [
      'a member that is gone',
      person({ age: z.number() }),
      person(),
      ['breaks: The arguments: "[0].age" may be missing.'],
    ],
    [
      'a member that may be missing',
      person({ age: z.number() }),
      person({ age: z.number().optional() }),
      ['breaks: The arguments: "[0].age" may be missing.'],
    ],
    [
      'a new member',
      person(),
      person({ age: z.number() }),
      ['eases: The arguments: the server promises more than before.'],
    ],
    [
      'a member of another type',
      person({ age: z.number() }),
      person({ age: z.string() }),
      ['breaks: The arguments: "[0].age" is string, and was number.'],
    ],
    ['a new value', z.enum(['a']), z.enum(['a', 'b']), ['breaks: The arguments: "[0]" can be "b" now.']],
    [
      'fewer values',
      z.enum(['a', 'b']),
      z.enum(['a']),
      ['eases: The arguments: the server promises more than before.'],
    ],
  ])('%s', (_what, before, after, changes) => {
    expect(changesOf(withEvents({ sends: before }), withEvents({ sends: after }))).toEqual(changes);
    const acks = changes.map((text) => text.replace('The arguments', 'The acknowledgement'));
    expect(changesOf(withEvents({ answers: before }), withEvents({ answers: after }))).toEqual(acks);
  });
});

describe('events and namespaces', () => {
  class Old extends Namespace {
    static emits = { said: z.string() };
    onSay() {}
    onLeave() {}
  }
  class Young extends Namespace {
    static emits = { told: z.string() };
    onSay() {}
    @allow(() => true) onEnter() {}
  }

  test('that are added or removed are listed', () => {
    expect(diff(documentOf({ '/chat': Old, '/old': Old }), documentOf({ '/chat': Young, '/new': Old }))).toEqual([
      { breaking: true, namespace: '/old', text: 'The namespace is gone.' },
      { breaking: true, namespace: '/chat', event: 'leave', text: 'The server no longer takes the event.' },
      { breaking: true, namespace: '/chat', event: 'said', text: 'The server no longer sends the event.' },
      { breaking: false, namespace: '/new', text: 'The namespace is new.' },
      { breaking: false, namespace: '/chat', event: 'enter', text: 'The server takes a new event.' },
      { breaking: false, namespace: '/chat', event: 'told', text: 'The server sends a new event.' },
    ]);
  });

  test('do not break clients when a pattern renames its parameters', () => {
    expect(changesOf({ '/orders/:id': Old }, { '/orders/:order': Old })).toEqual([]);
  });

  test('break clients when an ACL is added, and not when it is removed', () => {
    class Guarded extends Old {
      static acl = ['leave'];
    }
    expect(changesOf({ '/': Old }, { '/': Guarded })).toEqual([
      'breaks: The event is restricted now: an ACL or a guard may refuse it.',
    ]);
    expect(changesOf({ '/': Guarded }, { '/': Old })).toEqual(['eases: The event is open to all clients now.']);
  });

  test('break the clients of a protocol version that is no longer served', () => {
    const only = (...generations: ('eio4' | 'eio3')[]) => documentOf({ '/': Old }, { generations });
    expect(diff(only('eio4', 'eio3'), only('eio4'))).toEqual([
      { breaking: true, text: 'Clients of Socket.IO 1 and 2 are no longer served.' },
    ]);
    expect(diff(only('eio4'), only('eio4', 'eio3'))).toMatchObject([{ breaking: false }]);
    const moved = diff(documentOf({ '/': Old }), documentOf({ '/': Old }, { path: '/live' }));
    expect(moved[0]).toMatchObject({
      breaking: true,
      text: 'The path for Socket.IO 3 and 4 was /socket.io/, and is /live/.',
    });
  });

  test('of an argument that is not a document are an error that names the argument', () => {
    const document = documentOf({ '/': Old });
    expect(() => diff({} as never, document)).toThrow('diff(): the first argument is not an AsyncAPI 3 document');
    expect(() => diff(document, { asyncapi: '2.6.0' } as never)).toThrow('the second argument');
  });
});
