import type { EventsOf } from '@sio/core';
import { Namespace, socketio, withSession } from '@sio/koa';
import type Koa from 'koa';
import type { Context } from 'koa';
import { describe, expectTypeOf, test } from 'vitest';

declare module 'koa' {
  interface DefaultState {
    tenant: { id: number };
  }
}

interface Cart {
  items?: string[];
}

/** A context that the middlewares in front have made more of. */
type ShopContext = Context & { shop: { open: boolean } };

class Chat extends Namespace<{ said: (text: string) => void }> {
  onTenant() {
    expectTypeOf(this.request).toEqualTypeOf<Context>();
    expectTypeOf(this.request.state.tenant).toEqualTypeOf<{ id: number }>();
    return this.request.state.tenant.id;
  }

  onWrong() {
    // @ts-expect-error the server says nothing of that name
    this.emit('sung', 'la');
  }
}

class Shop extends Namespace<Record<never, never>, Record<never, never>, unknown, ShopContext> {
  onOpen() {
    expectTypeOf(this.request.shop.open).toEqualTypeOf<boolean>();
  }

  async onBuy(what: string) {
    const count = await withSession(this, (session: Cart) => {
      session.items = [...(session.items ?? []), what];
      return session.items.length;
    });
    expectTypeOf(count).toEqualTypeOf<number>();
  }
}

describe('the types of @sio/koa', () => {
  test('are those of the app', () => {
    const chat = socketio({ '/chat': Chat, '/shop': Shop });
    expectTypeOf<Koa['use']>().toBeCallableWith(chat);
    expectTypeOf<Koa<{ mine: string }, { also: number }>['use']>().toBeCallableWith(chat);
    expectTypeOf<keyof EventsOf<typeof Chat>>().toEqualTypeOf<'tenant' | 'wrong'>();
  });

  test('give guards and options the context', () => {
    socketio(
      {},
      {
        guards: [
          (socket) => {
            expectTypeOf(socket.request).toEqualTypeOf<Context>();
            return socket.request.state.tenant.id > 0 || { message: 'Which tenant?' };
          },
        ],
        sessionId: (context) => {
          expectTypeOf(context).toEqualTypeOf<Context>();
          return undefined;
        },
      },
    );
    // @ts-expect-error a guard decides
    socketio({}, { guards: [() => 'yes'] });
  });
});
