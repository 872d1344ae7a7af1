import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyClass } from '../../src/namespace/class/class-error.js';
import { Base, served, table } from './base.js';

class Chat extends Base {
  onChat(text: string) {
    return text;
  }
  onPrivateMessage() {}
  on_leave_room() {}
  onConnect() {}
  onDisconnect() {}
  helper() {}
  online() {}
  #secret() {}
  get onTyping() {
    return () => this.#secret();
  }
  static onStatic() {}
  [Symbol('onSymbol')]() {}
}

describe('the dispatch table', () => {
  it.each([
    ['chat', 'onChat'],
    ['Chat', 'onChat'],
    ['private message', 'onPrivateMessage'],
    ['private-message', 'onPrivateMessage'],
    ['privateMessage', 'onPrivateMessage'],
    ['leave_room', 'on_leave_room'],
    ['leaveRoom', 'on_leave_room'],
  ])('sends %j to %s', (event, method) => {
    expect(served(Chat, event)).toBe(method);
    expect(served(Chat, event), 'the second time').toBe(method);
  });

  it.each([
    ['hooks', ['connect', 'disconnect', 'onConnect', 'Connect!', 'ready', 'error', 'unhandled', 'disconnecting']],
    ['helpers', ['helper', 'secret', '#secret', 'online', 'line', 'onChat', 'onHelper']],
    ['accessors, static members and symbols', ['typing', 'static', 'symbol']],
    ['inherited members', ['emit', 'join', 'rooms', 'spawn', 'on', 'once', 'any', 'addListener', 'id']],
    ['members of Object', ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']],
    ['empty names', ['', ' ', '!?']],
  ])('sends nothing to %s', (_what, events) => {
    for (const event of events) expect(served(Chat, event), event).toBeUndefined();
  });

  it.each([[null], [undefined], [{}], [['chat']], [true], [Symbol('chat')], [{ toString: () => 'chat' }]])(
    'finds nothing for an event name that is not text: %o',
    (event) => {
      expect(served(Chat, event)).toBeUndefined();
    },
  );

  it('calls the function of the prototype with the object as this', () => {
    const chat = new Chat();
    expect(table(Chat).find('chat')?.invoke.call(chat, 'hello')).toBe('hello');
  });

  it('finds a numeric event by its text', () => {
    class Numbers extends Base {
      on404() {}
      static events = { 7: 'seven' } as const;
      seven() {}
    }
    expect(served(Numbers, 404)).toBe('on404');
    expect(served(Numbers, '404')).toBe('on404');
    expect(served(Numbers, 7)).toBe('seven');
    expect(served(Numbers, Number.NaN)).toBeUndefined();
  });

  it('is made once per class', () => {
    expect(table(Chat)).toBe(table(Chat));
    expect(table(class extends Chat {})).not.toBe(table(Chat));
  });

  it('gives a subclass the methods of its base class, overridden ones replaced', () => {
    class Loud extends Chat {
      override onChat(text: string) {
        return text.toUpperCase();
      }
      onShout() {}
    }
    expect(table(Loud).find('chat')?.invoke.call(new Loud(), 'hello')).toBe('HELLO');
    expect(served(Loud, 'shout')).toBe('onShout');
    expect(served(Loud, 'private message')).toBe('onPrivateMessage');
    expect(served(Chat, 'shout')).toBeUndefined();
  });

  it('has no method that a subclass replaces by something else', () => {
    class Mute extends Chat {}
    Object.defineProperty(Mute.prototype, 'onChat', { value: undefined });
    expect(served(Mute, 'chat')).toBeUndefined();
  });

  it('does not see what is added to a prototype or an object later', () => {
    class Late extends Base {}
    expect(table(Late).entries).toEqual([]);
    Object.assign(Late.prototype, { onLate() {} });
    expect(served(Late, 'late')).toBeUndefined();
  });

  it('never finds anything that the class does not declare, whatever the name', () => {
    const declared = new Set(['chat', 'privatemessage', 'leaveroom']);
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), ...namesReachableFrom(new Chat())),
    );
    fc.assert(
      fc.property(names, (name) => {
        const entry = table(Chat).find(name);
        if (entry === undefined) return;
        expect(declared).toContain(entry.event.toLowerCase().replace(/_/g, ''));
        expect(Object.hasOwn(Chat.prototype, entry.method)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function namesReachableFrom(object: object): string[] {
  const names: string[] = [];
  for (let o: object | null = object; o !== null; o = Object.getPrototypeOf(o))
    names.push(...Object.getOwnPropertyNames(o));
  return names;
}

describe('registration', () => {
  const mistakes: [string, () => AnyClass, RegExp][] = [
    [
      'two methods that fold to one name',
      () =>
        class Twice extends Base {
          onPrivateMessage() {}
          on_private_message() {}
        },
      /Twice serves the event "private_message" twice: by onPrivateMessage and by on_private_message/,
    ],
    [
      'a method with the name of a member of Socket',
      () =>
        class Joins extends Base {
          override join() {
            return 5;
          }
        },
      /Joins\.join would hide/,
    ],
    [
      'an accessor with the name of a member of Socket',
      () =>
        class Rooms extends Base {
          override get rooms() {
            return new Set<string>();
          }
        },
      /Rooms\.rooms would hide/,
    ],
    [
      'a method with the name of a member of EventEmitter',
      () =>
        class Emits extends Base {
          override emit() {
            return true;
          }
        },
      /Emits\.emit would hide/,
    ],
    [
      'a method that is nearly a hook',
      () =>
        class Python extends Base {
          on_connect() {}
        },
      /Python\.on_connect is neither a hook nor an event: name it onConnect/,
    ],
    [
      'a hook that is not a method',
      () =>
        class Getter extends Base {
          get onConnect() {
            return () => {};
          }
        },
      /Getter\.onConnect is a hook, so it must be a method/,
    ],
    [
      'a hook that calls the one of its base class',
      () => {
        class Parent extends Base {
          onConnect() {}
        }
        return class Child extends Parent {
          override onConnect() {
            super.onConnect();
          }
        };
      },
      /Child\.onConnect calls super\.onConnect\(\), which would run twice/,
    ],
    ['a class that does not extend the base', () => class Alien {}, /Alien does not extend Namespace/],
    ['a function that is not a class', () => (() => {}) as never, /does not extend Namespace/],
    ['no class at all', () => null as never, /A namespace needs a class, not null/],
  ];

  it.each(mistakes)('refuses %s', (_what, make, message) => {
    const ctor = make();
    expect(() => table(ctor)).toThrow(message);
    expect(() => table(ctor), 'also the second time').toThrow(message);
  });

  it('lets a class override what is made for it, and what Object has', () => {
    class Fine extends Base {
      override dispatch(_event: string, _args: unknown[], next: () => unknown) {
        return next();
      }
      initialAcl() {
        return null;
      }
      override toString() {
        return 'fine';
      }
      onConnect() {
        // Nothing is said here about super.onConnect(), which is only a comment.
      }
    }
    expect(table(Fine).entries).toEqual([]);
  });

  it('lists methods that look like handlers but are not', () => {
    expect(table(Chat).unbound).toEqual(['online']);
  });

  it('accepts classes in the style of ES5', () => {
    function Old() {}
    Object.setPrototypeOf(Old, Base);
    Old.prototype = Object.create(Base.prototype, {
      constructor: { value: Old },
      onChat: { value() {}, enumerable: true },
    });
    expect(served(Old as never, 'chat')).toBe('onChat');
  });
});
