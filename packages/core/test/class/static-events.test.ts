import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { args } from '../../src/namespace/class/declare/argument-schema.js';
import { on } from '../../src/namespace/class/declare/decorators.js';
import { event } from '../../src/namespace/class/declare/static-events.js';
import { Base, served, table } from './base.js';

describe('static events', () => {
  it('bind events to methods by name', () => {
    class Chat extends Base {
      static events = { 'private message': 'deliver', chat: 'say' } as const;
      deliver() {}
      say() {}
      onChat() {}
    }
    expect(served(Chat, 'private message')).toBe('deliver');
    expect(served(Chat, 'private-message')).toBeUndefined();
    expect(served(Chat, 'chat')).toBe('say');
  });

  it('accept functions, which get the object as this', () => {
    class Chat extends Base {
      who = 'Ann';
      static events = {
        hi(this: Chat, greeting: string) {
          return `${greeting} ${this.who}`;
        },
      };
    }
    expect(table(Chat).find('hi')?.invoke.call(new Chat(), 'Hello')).toBe('Hello Ann');
  });

  it('accept schemas for functions and for methods', () => {
    const text = z.string();
    const pair = z.tuple([z.number(), z.number()]);
    class Chat extends Base {
      static events = {
        hi: event(text, (greeting) => greeting.length),
        move: event(args(pair), 'move'),
      } as const;
      move(_x: number, _y: number) {}
    }
    expect(table(Chat).find('hi')?.schema).toBe(text);
    expect(table(Chat).find('move')).toMatchObject({ method: 'move', schema: { schema: pair } });
  });

  it('are merged over the class chain, and the subclass takes precedence', () => {
    class Parent extends Base {
      static events: Record<string, string> = { a: 'first', b: 'first' };
      first() {}
      second() {}
    }
    class Child extends Parent {
      static override events = { b: 'second', c: 'second' };
    }
    expect(['a', 'b', 'c'].map((name) => served(Child, name))).toEqual(['first', 'second', 'second']);
  });

  it.each([
    ['no such method', { hi: 'missing' }, /binds "hi" to missing, which is not a method/],
    ['an inherited method', { hi: 'emit' }, /binds "hi" to emit, which is not a method/],
    ['a number', { hi: 5 }, /events\["hi"\] is neither a function/],
    ['null', { hi: null }, /events\["hi"\] is neither a function/],
  ])('are refused with %s', (_what, events, message) => {
    class Chat extends Base {
      static events = events as never;
    }
    expect(() => table(Chat)).toThrow(message);
  });

  it('are refused if they are not an object', () => {
    class Chat extends Base {
      static events = 'chat' as never;
    }
    expect(() => table(Chat)).toThrow(/Chat\.events must be an object/);
  });

  it('are refused beside an @on of the same name', () => {
    class Chat extends Base {
      static events = { hi: () => {} };
      @on('hi') greet() {}
    }
    expect(() => table(Chat)).toThrow(/by greet \(@on\) and by static events\["hi"\]/);
  });

  it('cannot be given an invalid schema', () => {
    expect(() => event({} as never, () => {})).toThrow(/must be a Standard Schema, not an object/);
    expect(() => event(z.string(), 5 as never)).toThrow(/must be a function or the name of a method/);
  });
});
