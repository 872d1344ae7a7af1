import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ClassError, type ClassErrorCode } from '../../src/namespace/class/class-error.js';
import { allow, on, returns } from '../../src/namespace/class/declare/decorators.js';
import { Base, served, table } from './base.js';

function codeOf(run: () => unknown): ClassErrorCode | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof ClassError) return error.code;
    throw error;
  }
  return undefined;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

const text = z.string();

describe('@on', () => {
  it('binds an event of exactly this name, whatever the method is called', () => {
    class Chat extends Base {
      @on('private message') deliver() {}
    }
    expect(served(Chat, 'private message')).toBe('deliver');
    expect(served(Chat, 'private-message')).toBeUndefined();
    expect(served(Chat, 'deliver')).toBeUndefined();
  });

  it('takes precedence over the method that has the name', () => {
    class Chat extends Base {
      @on('chat') first() {}
      onChat() {}
    }
    expect(served(Chat, 'chat')).toBe('first');
    expect(served(Chat, 'Chat')).toBe('onChat');
  });

  it('adds names to a method without taking its own', () => {
    class Chat extends Base {
      @on('a') @on('b') onChat() {}
    }
    expect(['a', 'b', 'chat'].map((event) => served(Chat, event))).toEqual(['onChat', 'onChat', 'onChat']);
  });

  it.each(['connect', 'disconnect', '__proto__', 'constructor', 'toString', 'emit', ' ', '*'])(
    'binds %j like any other name',
    (event) => {
      class Chat extends Base {
        @on(event) odd() {}
      }
      expect(served(Chat, event)).toBe('odd');
      expect(table(Chat).entries).toHaveLength(1);
    },
  );

  it('makes a hook serve an event as well', () => {
    class Chat extends Base {
      @on('ready') onReady() {}
      @on('hello') on_connect() {}
    }
    expect(served(Chat, 'ready')).toBe('onReady');
    expect(served(Chat, 'Ready')).toBeUndefined();
    expect(served(Chat, 'hello')).toBe('on_connect');
    expect(table(Chat).hooks.onReady).toHaveLength(1);
  });

  it('reaches #private methods and those named by a symbol', () => {
    const key = Symbol('key');
    class Chat extends Base {
      name = 'Ann';
      @on('secret') #secret(greeting: string) {
        return `${greeting} ${this.name}`;
      }
      readonly used = [this.#secret];
      @on('symbol') [key]() {
        return this.name;
      }
    }
    const chat = new Chat();
    expect(table(Chat).find('secret')?.invoke.call(chat, 'Hi')).toBe('Hi Ann');
    expect(table(Chat).find('symbol')?.invoke.call(chat)).toBe('Ann');
  });

  it('distinguishes the #private methods of a class and its subclass', () => {
    class Parent extends Base {
      @on('parent') #secret() {
        return 'parent';
      }
      readonly used = [this.#secret];
    }
    class Child extends Parent {
      @on('child') #secret() {
        return 'child';
      }
      readonly usedToo = [this.#secret];
    }
    const child = new Child();
    expect(['parent', 'child'].map((event) => table(Child).find(event)?.invoke.call(child))).toEqual([
      'parent',
      'child',
    ]);
  });

  it('finds the method that other decorators made of the decorated one', () => {
    const shouting = (method: () => string, _context: ClassMethodDecoratorContext) =>
      function (this: Base) {
        return method.call(this).toUpperCase();
      };
    class Chat extends Base {
      @shouting @on('hi') @allow(() => true) greet() {
        return 'hi';
      }
    }
    const entry = table(Chat).find('hi');
    expect(entry?.invoke.call(new Chat())).toBe('HI');
    expect(entry?.guards).toHaveLength(1);
  });

  it('applies to a method that a subclass overrides', () => {
    class Parent extends Base {
      @on('hi', text) greet(_name: string) {
        return 'parent';
      }
    }
    class Child extends Parent {
      @on('hello') override greet() {
        return 'child';
      }
    }
    const entry = table(Child).find('hi');
    expect(entry?.invoke.call(new Child())).toBe('child');
    expect(entry?.schema).toBe(text);
    expect(table(Child).find('hello')?.schema, 'a schema guards every name of its method').toBe(text);
    expect(served(Parent, 'hello')).toBeUndefined();
  });

  it('applies its schema to the method’s own event name as well', () => {
    class Chat extends Base {
      @on('say', text) onChat(_text: string) {}
    }
    expect(table(Chat).find('say')?.schema).toBe(text);
    expect(table(Chat).find('chat')?.schema).toBe(text);
    expect(table(Chat).find('C.H.A.T')?.schema).toBe(text);
  });

  it('is refused if a name has none of several schemas', () => {
    class Named extends Base {
      @on('a', z.string()) @on('b', z.string()) onChat(_text: string) {}
    }
    class Bound extends Base {
      @on('a', z.string()) @on('b', z.string()) @on('c') chat(_text: string) {}
    }
    class Fine extends Base {
      @on('a', z.string()) @on('b', z.string()) chat(_text: string) {}
    }
    expect(codeOf(() => table(Named))).toBe('SIO_CLASS_SCHEMA');
    expect(codeOf(() => table(Bound))).toBe('SIO_CLASS_SCHEMA');
    expect(table(Fine).entries).toHaveLength(2);
  });

  it('is refused for an event of another method, with both names in the error', () => {
    class Chat extends Base {
      @on('hi') one() {}
      @on('hi') two() {}
    }
    expect(() => table(Chat)).toThrow(/Chat serves the event "hi" twice: by one \(@on\) and by two \(@on\)/);
  });

  it('is refused anywhere but on a method of instances', () => {
    // The compiler refuses them as well; JavaScript has no compiler.
    const loose = on as unknown as (event: string) => (...args: unknown[]) => void;
    expect(
      codeOf(
        () =>
          class extends Base {
            @loose('hi') field = () => {};
          },
      ),
    ).toBe('SIO_CLASS_DECORATOR');
    expect(
      codeOf(
        () =>
          class extends Base {
            @loose('hi') static greet() {}
          },
      ),
    ).toBe('SIO_CLASS_DECORATOR');
    expect(
      codeOf(
        () =>
          class extends Base {
            @loose('hi') get greet() {
              return 1;
            }
          },
      ),
    ).toBe('SIO_CLASS_DECORATOR');
  });

  it('is refused without a name or with an invalid schema', () => {
    expect(codeOf(() => on(''))).toBe('SIO_CLASS_HANDLER');
    expect(codeOf(() => on('hi', {} as never))).toBe('SIO_CLASS_SCHEMA');
  });

  it('says what to do if the compiler passes no metadata', () => {
    const decorator = on('hi') as (method: () => void, context: object) => void;
    expect(() => decorator(() => {}, { kind: 'method', name: 'greet' })).toThrow(
      /decorators without metadata: update it, or switch experimentalDecorators on/,
    );
  });
});

describe('@allow', () => {
  it('guards every name of a method, and all that overrides it', () => {
    class Parent extends Base {
      @allow(() => false) @on('hi') onGreet() {}
    }
    class Child extends Parent {
      @allow(() => true) override onGreet() {}
    }
    expect(table(Parent).find('hi')?.guards).toHaveLength(1);
    expect(table(Parent).find('greet')?.guards).toHaveLength(1);
    expect(table(Child).find('GREET')?.guards).toHaveLength(2);
  });

  it('on a class guards every event of the class and its subclasses, including inherited ones', () => {
    class Plain extends Base {
      onPlain() {}
    }
    @allow(() => true)
    class Guarded extends Plain {
      @on('bound') bound() {}
      static events = { table: () => {} };
    }
    class Child extends Guarded {
      onChild() {}
    }
    const guards = ['plain', 'bound', 'table', 'child'].map((event) => table(Child).find(event)?.guards?.length);
    expect(guards).toEqual([1, 1, 1, 1]);
    expect(table(Plain).find('plain')?.guards).toBeUndefined();
  });

  it('is refused where it would guard nothing', () => {
    class Helper extends Base {
      @allow(() => true) helper() {}
    }
    class Hook extends Base {
      @allow(() => true) onConnect() {}
    }
    expect(() => table(Helper)).toThrow(/@allow on Helper\.helper guards nothing/);
    expect(codeOf(() => table(Hook))).toBe('SIO_CLASS_DECORATOR');
  });

  it('needs a predicate', () => {
    expect(codeOf(() => allow(true as never))).toBe('SIO_CLASS_DECORATOR');
  });
});

/** A decorator as JavaScript sees it. */
type Loose = (...site: unknown[]) => unknown;

/** Applies decorators as TypeScript's `__decorate` does under `experimentalDecorators`: the last one of the source first. */
function decorate(target: object, name: PropertyKey, ...decorators: Loose[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  for (const decorator of decorators.toReversed()) decorator(target, name, descriptor);
}

const loosely = (decorator: unknown) => decorator as Loose;

describe('a class compiled with experimentalDecorators', () => {
  it('serves the events that @on binds, in the order of the source', () => {
    class Chat extends Base {
      deliver(_text: string) {}
      onChat() {}
    }
    decorate(Chat.prototype, 'deliver', loosely(on('private message', text)), loosely(on('pm')));
    decorate(Chat.prototype, 'onChat', loosely(on('talk')));
    expect(table(Chat).entries.map(({ event, method }) => [event, method])).toEqual([
      ['private message', 'deliver'],
      ['pm', 'deliver'],
      ['talk', 'onChat'],
      ['chat', 'onChat'],
    ]);
    expect(table(Chat).find('pm')?.schema).toBe(text);
  });

  it('keeps the guards and schemas of methods and classes, those of its base classes included', () => {
    class Parent extends Base {
      greet() {}
    }
    decorate(Parent.prototype, 'greet', loosely(on('hi')), loosely(allow(() => true)), loosely(returns(text)));
    loosely(allow(() => true))(Parent);
    class Child extends Parent {
      override greet() {}
      onOther() {}
    }
    decorate(Child.prototype, 'greet', loosely(allow(() => true)));
    expect(table(Child).find('hi')).toMatchObject({ returns: text, guards: { length: 3 } });
    expect(table(Child).find('other')?.guards).toHaveLength(1);
    expect(table(Parent).find('hi')?.guards).toHaveLength(2);
  });

  it('may extend a class with standard decorators', () => {
    class Parent extends Base {
      @on('parent') @allow(() => true) one() {}
    }
    class Child extends Parent {
      two() {}
    }
    decorate(Child.prototype, 'two', loosely(on('child')));
    expect([served(Child, 'parent'), served(Child, 'child'), served(Parent, 'child')]).toEqual([
      'one',
      'two',
      undefined,
    ]);
  });

  it('is refused if a decorator is on a static method, a field or an accessor', () => {
    class Chat extends Base {
      static greet() {}
      get name() {
        return 'Ann';
      }
    }
    const said = [
      () => decorate(Chat, 'greet', loosely(on('hi'))),
      () => decorate(Chat.prototype, 'field', loosely(on('hi'))),
      () => decorate(Chat.prototype, 'name', loosely(allow(() => true))),
    ].map((run) => {
      expect(codeOf(run)).toBe('SIO_CLASS_DECORATOR');
      return messageOf(run);
    });
    expect(said).toEqual([
      '@on goes on methods of instances, not on the static method greet',
      '@on goes on methods of instances, not on the member field',
      '@allow goes on methods of instances, not on the member name',
    ]);
  });
});
