import type { Server as HapiServer, Plugin, Request, ServerRegisterPluginObject } from '@hapi/hapi';
import type { EventsOf, Server } from '@sio/core';
import { Namespace, type SocketioPlugin, socketio, withSession } from '@sio/hapi';
import { describe, expectTypeOf, test } from 'vitest';

declare module '@hapi/hapi' {
  interface UserCredentials {
    name: string;
  }

  interface RequestApplicationState {
    tenant?: { id: number };
  }
}

/** Parts of a validated request. */
interface ShopRefs {
  Query: { shop: string };
}

class Chat extends Namespace<{ said: (text: string) => void }> {
  onTenant() {
    expectTypeOf(this.request).toEqualTypeOf<Request>();
    expectTypeOf(this.request.app.tenant).toEqualTypeOf<{ id: number } | undefined>();
    expectTypeOf(this.request.auth.credentials.user?.name).toEqualTypeOf<string | undefined>();
    expectTypeOf(this.request.io).toEqualTypeOf<Server>();
    return this.request.app.tenant?.id ?? 0;
  }

  async onBuy(what: string) {
    const count = await withSession(this, (yar) => {
      expectTypeOf(yar).toEqualTypeOf<Request['yar']>();
      const cart = [...((yar.get('cart') as string[] | null) ?? []), what];
      yar.set('cart', cart);
      return cart.length;
    });
    expectTypeOf(count).toEqualTypeOf<number>();
    return count;
  }

  onWrong() {
    // @ts-expect-error the server says nothing of that name
    this.emit('sung', 'la');
    // @ts-expect-error it is not declared
    void this.request.landlord;
  }
}

class Shop extends Namespace<Record<never, never>, Record<never, never>, unknown, ShopRefs> {
  onShop() {
    expectTypeOf(this.request.query.shop).toEqualTypeOf<string>();
  }
}

describe('the types of @sio/hapi', () => {
  test('are those of the app', () => {
    const plugin = socketio({ '/chat': Chat, '/shop': Shop });
    expectTypeOf(plugin).toEqualTypeOf<SocketioPlugin>();
    expectTypeOf(plugin).toExtend<Plugin<void>>();
    expectTypeOf(plugin.io).toEqualTypeOf<Server>();
    expectTypeOf<HapiServer['io']>().toEqualTypeOf<Server>();
    expectTypeOf({ plugin }).toExtend<ServerRegisterPluginObject<void>>();
    expectTypeOf<keyof EventsOf<typeof Chat>>().toEqualTypeOf<'tenant' | 'buy' | 'wrong'>();
  });

  test('give guards and options the request', () => {
    socketio(
      {},
      {
        route: { auth: { strategies: ['session'], mode: 'try' }, tags: ['live'] },
        guards: [
          (socket, attempt) => {
            expectTypeOf(socket.request).toEqualTypeOf<Request>();
            if (attempt.type === 'event') expectTypeOf(attempt.args).toEqualTypeOf<readonly unknown[]>();
            return socket.request.auth.isAuthenticated || { message: 'Who are you?' };
          },
        ],
        sessionId: (request) => {
          expectTypeOf(request).toEqualTypeOf<Request>();
          return request.yar.id;
        },
        peer: ({ info, headers }) => ({
          host: String(headers['x-forwarded-host']),
          address: info.remoteAddress,
          secure: true,
        }),
      },
    );
    // @ts-expect-error a guard decides
    socketio({}, { guards: [() => 'yes'] });
    // @ts-expect-error the mount reads bodies itself
    socketio({}, { route: { payload: { parse: true } } });
    // @ts-expect-error there is no such option
    socketio({}, { gaurds: [] });
  });
});
