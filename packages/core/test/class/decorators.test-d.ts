import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { args } from '../../src/namespace/class/declare/argument-schema.js';
import { type Allow, allow, on } from '../../src/namespace/class/declare/decorators.js';
import type { ParamsOf, RouteParams } from '../../src/namespace/class/declare/params.js';
import { event } from '../../src/namespace/class/declare/static-events.js';
import type { Mixin, NamespaceConstructor } from '../../src/namespace/class/mixins.js';
import { Namespace } from '../../src/namespace/class/namespace.js';
import { Base } from './base.js';

describe('@on', () => {
  it('accepts methods whose parameters take what the schema gives', () => {
    class Chat extends Base {
      @on('a') anything(_x: number, _y: string) {}
      @on('b', z.string()) zod(_text: string) {}
      @on('c', v.pipe(v.string(), v.transform(Number))) valibot(_size: number) {}
      @on('d', type({ to: 'string' })) arktype(_message: { to: string }) {}
      @on('e', z.string()) wider(_text: string | number, _optional?: boolean) {}
      @on('f', z.string()) none() {}
      @on('g', args(z.tuple([z.number(), z.string()]))) async tuple(_x: number, _y: string) {}
      @on('h', args(z.array(z.number()))) rest(..._values: number[]) {}
      @on('i', args(v.tuple([v.number()]))) valibotTuple(_x: number) {}
      @on('j', args(type(['number']))) arktypeTuple(_x: number) {}
    }
    expectTypeOf(Chat).toBeConstructibleWith();
  });

  it('refuses methods whose parameters do not', () => {
    class Chat extends Base {
      // @ts-expect-error gets a string
      @on('a', z.string()) number(_x: number) {}
      // @ts-expect-error gets one argument
      @on('b', z.string()) two(_x: string, _y: string) {}
      // @ts-expect-error may get undefined
      @on('c', z.string().optional()) optional(_x: string) {}
      // @ts-expect-error gets what the schema makes of it
      @on('d', z.string().transform(Number)) transformed(_x: string) {}
      // @ts-expect-error the second is a string
      @on('e', args(z.tuple([z.number(), z.string()]))) tuple(_x: number, _y: number) {}
      // @ts-expect-error goes on methods
      @on('f') field = 5;
      // @ts-expect-error goes on methods
      @on('g') get accessor() {
        return 5;
      }
    }
    expectTypeOf(Chat).toBeConstructibleWith();
    // @ts-expect-error a schema of all arguments gives a list
    args(z.string());
  });
});

describe('@allow', () => {
  it('gives a predicate the class that it stands in', () => {
    class Chat extends Base {
      role = 'guest';
      @allow((chat: Chat, event, values) => {
        expectTypeOf(event).toEqualTypeOf<string>();
        expectTypeOf(values).toEqualTypeOf<readonly unknown[]>();
        return chat.role === 'admin';
      })
      onClose() {}
      @allow(async (chat: Base) => chat.rooms.has('a')) onLater() {}
      // @ts-expect-error another class's predicate
      @allow((other: { password: string }) => other.password === '') onOther() {}
      // @ts-expect-error not a boolean
      @allow((chat: Chat) => chat.role) onRole() {}
    }
    @allow((chat: Base) => chat.rooms.has('a'))
    class Guarded extends Chat {}
    expectTypeOf(Guarded).toBeConstructibleWith();
  });

  it('knows its base without being told when it is given a default', () => {
    const allowed: Allow<Namespace> = allow;
    interface Events {
      chat: (text: string) => void;
    }
    class Chat extends Namespace<Events, Events, { role: string }> {
      @allowed((chat) => chat.rooms.has('admins')) onClose() {}
      @allowed((chat: Chat) => chat.data.role === 'admin') onRole() {}
      // @ts-expect-error no such member
      @allowed((chat) => chat.password === '') onOther() {}
    }
    @allowed((chat) => chat.rooms.has('admins'))
    class Guarded extends Chat {}
    expectTypeOf(Guarded).toBeConstructibleWith();
  });
});

describe('event()', () => {
  it('infers a handler’s parameters from the schema', () => {
    event(z.string(), (text) => expectTypeOf(text).toEqualTypeOf<string>());
    event(args(z.tuple([z.number(), z.string()])), (x, y) => {
      expectTypeOf(x).toEqualTypeOf<number>();
      expectTypeOf(y).toEqualTypeOf<string>();
    });
    event(z.string(), function (this: Base, text) {
      expectTypeOf(this.rooms).toEqualTypeOf<Set<string>>();
      expectTypeOf(text).toEqualTypeOf<string>();
    });
    // @ts-expect-error the schema gives a string
    event(z.string(), (text: number) => text);
  });
});

describe('mixins', () => {
  it('add members, and keep those of the class with its constructor', () => {
    interface Likes {
      readonly likes: number;
      onLike(): number;
    }
    const Likes: Mixin<Base, Likes> = (Parent) =>
      class extends Parent {
        #likes = 0;
        get likes() {
          return this.#likes;
        }
        onLike() {
          return ++this.#likes;
        }
      };
    const Named = <Class extends NamespaceConstructor<Base>>(Parent: Class) =>
      class extends Parent {
        nickname = '';
      };
    class Chat extends Named(Likes(Base)) {}
    const chat = new Chat();
    expectTypeOf(chat.likes).toEqualTypeOf<number>();
    expectTypeOf(chat.nickname).toEqualTypeOf<string>();
    expectTypeOf(chat.rooms).toEqualTypeOf<Set<string>>();
    // @ts-expect-error not a namespace
    Likes(class {});
  });
});

describe('ParamsOf', () => {
  it('names the parameters of a literal pattern', () => {
    expectTypeOf<ParamsOf<'/orders/:id'>>().toEqualTypeOf<{ readonly id: string }>();
    expectTypeOf<ParamsOf<'/:shop/orders/:id'>>().toEqualTypeOf<{ readonly shop: string; readonly id: string }>();
    expectTypeOf<keyof ParamsOf<'/orders'>>().toEqualTypeOf<never>();
    expectTypeOf<ParamsOf<string>>().toEqualTypeOf<RouteParams>();
  });
});
