import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { args } from '../../src/namespace/class/declare/argument-schema.js';
import { allow, on, returns } from '../../src/namespace/class/declare/decorators.js';
import { event } from '../../src/namespace/class/declare/static-events.js';
import { surfaceOf } from '../../src/namespace/class/dispatch/surface.js';
import { Base, bases } from './base.js';

class Chat extends Base {
  static acl = ['chat'];
  static events = { shout: event(z.string(), 'onChat') } as const;
  onConnect() {}
  onChat(_text: string) {}
  @on('private message', z.string()) @allow(() => true) deliver(_text: string) {}
  online() {}
}

describe('surfaceOf', () => {
  it('lists everything that a client can reach', () => {
    expect(surfaceOf(Chat, bases)).toMatchObject({
      name: 'Chat',
      events: [
        { event: 'private message', method: 'deliver', source: '@on', schema: 'zod', guards: 1, allowed: false },
        { event: 'shout', method: 'onChat', source: 'static events', schema: 'zod', guards: 0, allowed: true },
        { event: 'chat', method: 'onChat', source: 'method', schema: 'zod', guards: 0, allowed: true },
      ],
      hooks: ['onConnect'],
      unbound: ['online'],
    });
  });

  it('gives the schemas of both directions, for documents', () => {
    const text = z.string();
    const list = args(z.tuple([z.number(), z.number()]));
    class Both extends Base {
      static emits = { said: text, moved: list };
      @on('say', text) @returns(text) say(value: string) {
        return value;
      }
      onOther() {}
    }
    const { events, emits } = surfaceOf(Both, bases);
    expect(events.map(({ accepts, answers }) => [accepts, answers])).toEqual([
      [text, text],
      [undefined, undefined],
    ]);
    expect(emits).toEqual([
      { event: 'said', schema: text },
      { event: 'moved', schema: list },
    ]);
    expect(surfaceOf(Chat, bases).emits).toEqual([]);
  });

  it('reads as text', () => {
    expect(`${surfaceOf(Chat, bases)}`).toMatchInlineSnapshot(`
      "Chat: 3 events
        "private message"  → deliver (@on) checked by zod 1 guard not in the ACL
        "shout"            → onChat (static events) checked by zod
        "chat"             → onChat (any spelling) checked by zod
        hooks: onConnect
        no events: online"
    `);
  });

  it('marks the events on which initialAcl decides', () => {
    class Dynamic extends Chat {
      initialAcl() {
        return null;
      }
    }
    expect(surfaceOf(Dynamic, bases).events.map(({ allowed }) => allowed)).toEqual([undefined, undefined, undefined]);
    expect(`${surfaceOf(Dynamic, bases)}`).toContain('as initialAcl() says');
  });

  it('describes a class without events', () => {
    expect(`${surfaceOf(class Empty extends Base {}, bases)}`).toBe('Empty: 0 events');
  });
});
