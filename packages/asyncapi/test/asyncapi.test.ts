import { Parser } from '@asyncapi/parser';
import { type AsyncApiDocument, type AsyncApiOptions, asyncapi } from '@sio/asyncapi';
import { acks, allow, args, type Emitted, event, Namespace, type Namespaces, on, returns } from '@sio/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const INFO = { title: 'Chat', version: '1.0.0' };

/** The document, which AsyncAPI's own parser has found valid. */
async function valid(namespaces: Namespaces, options?: AsyncApiOptions): Promise<AsyncApiDocument> {
  const document = asyncapi(namespaces, INFO, options);
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  expect(errors.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
  expect(parsed?.version()).toBe('3.0.0');
  return document;
}

const Text = z.object({ to: z.string(), text: z.string().max(200) });
const emits = {
  said: z.object({ from: z.string(), text: z.string() }),
  moved: args(z.tuple([z.number(), z.number()])),
};

class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;
  static acl = ['say', 'private message'];

  @on('private message', Text)
  @returns(z.object({ delivered: z.boolean() }))
  deliver(_message: z.infer<typeof Text>) {
    return { delivered: true };
  }

  onSay(_text: string) {
    return acks(1, 2);
  }

  @allow(() => true)
  onBan(_name: string) {}
}

test('namespaces become channels, events messages and acknowledgements replies', async () => {
  const { channels, operations, components } = await valid({ '/chat': Chat });
  expect(channels.chat).toMatchObject({
    address: '/chat',
    'x-sio': { namespace: '/chat', takesOtherEvents: false },
    messages: {
      'client.private_message': {
        name: 'private message',
        payload: { type: 'array', items: [{ $ref: '#/components/schemas/chat.client.private_message' }], minItems: 1 },
      },
      'client.private_message.ack': {
        payload: { type: 'array', items: [{ $ref: '#/components/schemas/chat.client.private_message.ack' }] },
      },
      'client.say': { payload: { type: 'array' } },
      'server.said': { name: 'said' },
      refusal: { $ref: '#/components/messages/Refusal' },
    },
  });
  expect(operations['chat.client.private_message']).toMatchObject({
    action: 'receive',
    messages: [{ $ref: '#/channels/chat/messages/client.private_message' }],
    reply: {
      messages: [
        { $ref: '#/channels/chat/messages/client.private_message.ack' },
        { $ref: '#/channels/chat/messages/refusal' },
      ],
    },
    'x-sio': { anySpelling: false, guards: 0, allowed: true },
  });
  expect(operations['chat.server.said']).toMatchObject({ action: 'send' });
  expect(components.schemas['chat.client.private_message']).toMatchObject({
    type: 'object',
    properties: { to: { type: 'string' }, text: { type: 'string', maxLength: 200 } },
    required: ['to', 'text'],
  });
  expect(components.schemas['chat.server.moved']).toMatchObject({ type: 'array', minItems: 2, maxItems: 2 });
});

test('an event behind an ACL or a guard refers to the security scheme, and says why', async () => {
  const { operations, components } = await valid({ '/chat': Chat });
  const auth = [{ $ref: '#/components/securitySchemes/auth' }];
  expect(operations['chat.client.ban']).toMatchObject({ security: auth, 'x-sio': { guards: 1, allowed: false } });
  expect(operations['chat.client.ban']?.description).toBe(
    'A new connection may not send this event; the server allows it later. A guard decides on each call.',
  );
  expect(operations['chat.client.say']).not.toHaveProperty('security');
  expect(components.securitySchemes.auth).toMatchObject({ type: 'apiKey', in: 'user' });

  class Dynamic extends Chat {
    initialAcl() {
      return ['say'];
    }
  }
  const schemes = { bearer: { type: 'http', scheme: 'bearer' } };
  const dynamic = await valid({ '/': Dynamic }, { securitySchemes: schemes });
  expect(dynamic.operations['main.client.say']).toMatchObject({
    security: [{ $ref: '#/components/securitySchemes/bearer' }],
    'x-sio': { allowed: 'depends' },
  });
});

test('a pattern of namespaces becomes one channel with parameters, and a catch-all is marked as such', async () => {
  class Orders extends Namespace {
    onUnhandled() {}
  }
  const { channels } = await valid({ '/orders/:id/:item': Orders, '*': Chat, '/a{b}': Orders });
  expect(channels.orders_id_item).toMatchObject({
    address: '/orders/{id}/{item}',
    parameters: { id: {}, item: {} },
    'x-sio': { namespace: '/orders/:id/:item', takesOtherEvents: true },
  });
  expect(channels.others).toMatchObject({ address: '{namespace}', parameters: { namespace: {} } });
  expect(channels.a_b).toMatchObject({ address: '/a%7Bb%7D' });
});

test('each protocol version becomes a server', async () => {
  const here = await valid({ '/': Chat }, { url: 'https://chat.example:8443', path: '/live/' });
  expect(Object.keys(here.servers)).toEqual(['eio4', 'eio3', 'v0_9']);
  expect(here.servers.eio4).toMatchObject({ host: 'chat.example:8443', pathname: '/live/', protocol: 'wss' });
  const open = await valid({ '/': Chat }, { generations: ['eio4'] });
  expect(open.servers).toMatchObject({ eio4: { host: '{host}', pathname: '/socket.io/' } });
  expect(Object.keys(open.servers)).toEqual(['eio4']);
});

describe('the schemas of', () => {
  const tree = z.object({
    name: z.string(),
    get kids() {
      return z.array(tree);
    },
  });
  const libraries = {
    'zod 4': z.object({ name: z.string(), tags: z.array(z.string()).optional() }),
    arktype: type({ name: 'string', 'tags?': 'string[]' }),
    valibot: toStandardJsonSchema(v.object({ name: v.string(), tags: v.optional(v.array(v.string())) })),
  };
  test.each(Object.entries(libraries))('%s appear in the document', async (_library, schema) => {
    class Users extends Namespace {
      static events = { add: event(schema, 'added', schema) } as const;
      static emits = { added: schema };
      added(user: unknown) {
        return user;
      }
    }
    const { components } = await valid({ '/': Users as never });
    const expected = {
      type: 'object',
      properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['name'],
    };
    expect(components.schemas['main.client.add']).toMatchObject(expected);
    expect(components.schemas['main.client.add.ack']).toMatchObject(expected);
    expect(Object.keys(components.schemas)).toHaveLength(2);
  });

  test('a tree refer to themselves within the document', async () => {
    class Trees extends Namespace {
      @on('plant', tree) plant() {}
      @on('fell', z.object({ tree })) fell() {}
    }
    const { components } = await valid({ '/': Trees });
    expect(components.schemas['main.client.plant']).toMatchObject({
      properties: { kids: { items: { $ref: '#/components/schemas/main.client.plant' } } },
    });
    expect(JSON.stringify(components.schemas['main.client.fell'])).toContain(
      '#/components/schemas/main.client.fell/definitions/',
    );
  });

  test('optional arguments let the list be empty', async () => {
    class Optional extends Namespace {
      @on('page', z.number().default(1)) page(_n: number) {}
      @on(
        'slow',
        z.string().refine(async () => true),
      )
      slow() {}
    }
    const { channels } = await valid({ '/': Optional });
    expect(channels.main?.messages['client.page']).toMatchObject({ payload: { type: 'array' } });
    expect(channels.main?.messages['client.page']).not.toHaveProperty('payload.minItems');
    expect(channels.main?.messages['client.slow']).toHaveProperty('payload.minItems', 1);
  });
});

describe('a schema without a JSON Schema', () => {
  class Dates extends Namespace {
    @on('at', z.object({ at: z.date() })) at() {}
  }
  class Plain extends Namespace {
    @on('name', v.string()) name() {}
  }

  test('is an error that names the event and the remedy', () => {
    expect(() => asyncapi({ '/d': Dates }, INFO)).toThrow(
      '/d, the event "at" of Dates: the schema of zod has no JSON Schema (Date cannot be represented in JSON Schema); ' +
        "convert it with the option jsonSchema, or let anything stand there with withoutJsonSchema: 'anything'",
    );
    expect(() => asyncapi({ '/p': Plain }, INFO)).toThrow(
      'wrap it in toStandardJsonSchema() of @valibot/to-json-schema',
    );
  });

  test('can allow anything', async () => {
    const { components } = await valid({ '/d': Dates }, { withoutJsonSchema: 'anything' });
    expect(components.schemas['d.client.at']).toEqual({
      description: 'The server checks this with a schema that has no JSON Schema.',
    });
  });

  test('can be converted by the application', async () => {
    const jsonSchema: AsyncApiOptions['jsonSchema'] = (schema, direction) =>
      schema['~standard'].vendor === 'zod' && direction === 'input'
        ? { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } }
        : undefined;
    const { components } = await valid({ '/d': Dates }, { jsonSchema });
    expect(components.schemas['d.client.at']).toHaveProperty('properties.at.format', 'date-time');
  });
});

describe('a class', () => {
  test('without schemas still has its events', async () => {
    class Bare extends Namespace {
      onPing() {
        return 'pong';
      }
    }
    const { channels, operations } = await valid({ '/': Bare });
    expect(Object.keys(operations)).toEqual(['main.client.ping']);
    expect(channels.main?.messages['client.ping']).toMatchObject({
      payload: { type: 'array', description: 'The class declares no schema.' },
    });
  });

  test('without events is an empty channel', async () => {
    const { channels } = await valid({ '/': class Empty extends Namespace {} });
    expect(channels.main?.messages).toEqual({});
  });

  test('with event names in any script, or similar ones, keeps them distinct', async () => {
    class Names extends Namespace {
      static events = { 'a b': 'x', 'a.b': 'x', 'a/b': 'x', привет: 'x', 世界: 'x', __proto__x: 'x' } as const;
      x() {}
    }
    const { operations, channels } = await valid({ '/': Names });
    expect(Object.keys(operations)).toHaveLength(6);
    const names = Object.values(channels.main!.messages).flatMap((message) =>
      'name' in message ? [message.name] : [],
    );
    expect(names).toEqual(expect.arrayContaining(['a b', 'a.b', 'a/b', 'привет', '世界', '__proto__x']));
  });
});

test.each<[string, () => unknown, string]>([
  ['no namespaces', () => asyncapi(Chat as never, INFO), 'asyncapi() takes classes by namespace name'],
  ['no title', () => asyncapi({ '/': Chat }, {} as never), 'asyncapi() needs a title and a version'],
  ['a class of something else', () => asyncapi({ '/': class {} }, INFO), 'does not extend'],
  ['a host without a scheme', () => asyncapi({ '/': Chat }, INFO, { url: 'chat.example' }), 'url must be a URL'],
  [
    'a URL of mail',
    () => asyncapi({ '/': Chat }, INFO, { url: 'mailto:a@b.example' }),
    'url must have the scheme http, https, ws or wss',
  ],
  [
    'an unknown version',
    () => asyncapi({ '/': Chat }, INFO, { generations: ['eio5' as never] }),
    'the known versions are eio4, eio3, 0.9, not "eio5"',
  ],
])('%s is refused with an error that says what is allowed', (_what, call, text) => {
  expect(call).toThrow(text);
});
