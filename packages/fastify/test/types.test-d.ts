import type { EventsOf, Server, SessionIdOf } from '@sio/core';
import { Namespace, type SessionOf, type SocketioOptions, socketio, withSession } from '@sio/fastify';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { describe, expectTypeOf, test } from 'vitest';

declare module 'fastify' {
  interface FastifyInstance {
    /** As a plugin of the application declares them. */
    authenticate: preHandlerHookHandler;
  }

  interface FastifyRequest {
    tenant: { id: number } | null;
  }

  interface Session {
    cart?: string[];
  }
}

/** A request that the routes before the mount have made more of. */
type ShopRequest = FastifyRequest<{ Params: { shop: string } }>;

class Chat extends Namespace<{ said: (text: string) => void }> {
  onTenant() {
    expectTypeOf(this.request).toEqualTypeOf<FastifyRequest>();
    expectTypeOf(this.request.tenant).toEqualTypeOf<{ id: number } | null>();
    expectTypeOf(this.request.session.cart).toEqualTypeOf<string[] | undefined>();
    expectTypeOf(this.request.server.io).toEqualTypeOf<Server>();
    return this.request.tenant?.id ?? 0;
  }

  async onBuy(what: string) {
    const count = await withSession(this, (session) => {
      expectTypeOf(session.cart).toEqualTypeOf<string[] | undefined>();
      session.cart = [...(session.cart ?? []), what];
      return session.cart.length;
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

class Shop extends Namespace<Record<never, never>, Record<never, never>, unknown, ShopRequest> {
  onOpen() {
    expectTypeOf(this.request.params.shop).toEqualTypeOf<string>();
  }
}

declare const app: FastifyInstance;

describe('the types of @sio/fastify', () => {
  test('are those of the app', () => {
    const chat = socketio({ '/chat': Chat, '/shop': Shop });
    expectTypeOf(chat.io).toEqualTypeOf<Server>();
    expectTypeOf(app.io).toEqualTypeOf<Server>();
    expectTypeOf(chat).toExtend<FastifyPluginAsync<{ prefix?: string }>>();
    app.register(chat);
    app.register(chat, { prefix: '/api' });
    expectTypeOf<keyof EventsOf<typeof Chat>>().toEqualTypeOf<'tenant' | 'buy' | 'wrong'>();
    expectTypeOf<SessionOf<Chat>['cart']>().toEqualTypeOf<string[] | undefined>();
  });

  test('give the routes’ options Fastify’s own', () => {
    socketio({}, { route: { preHandler: app.authenticate, config: { anything: true }, logLevel: 'warn' } });
    socketio(
      {},
      {
        route: {
          onSend: async (request, reply, payload) => {
            expectTypeOf(request.tenant).toEqualTypeOf<{ id: number } | null>();
            expectTypeOf(reply.statusCode).toEqualTypeOf<number>();
            return payload;
          },
        },
      },
    );
    // @ts-expect-error a hook is a function
    socketio({}, { route: { preHandler: 'authenticate' } });
    // @ts-expect-error there is no such option
    socketio({}, { routes: {} });
  });

  test('give guards and options the request', () => {
    socketio(
      {},
      {
        guards: [
          (socket, attempt) => {
            expectTypeOf(socket.request).toEqualTypeOf<FastifyRequest>();
            if (attempt.type === 'event') expectTypeOf(attempt.args).toEqualTypeOf<readonly unknown[]>();
            return socket.request.tenant !== null || { message: 'Which tenant?' };
          },
        ],
        sessionId: (request) => {
          expectTypeOf(request).toEqualTypeOf<FastifyRequest>();
          return request.session.sessionId;
        },
      },
    );
    expectTypeOf<NonNullable<SocketioOptions['sessionId']>>().toEqualTypeOf<SessionIdOf<FastifyRequest>>();
    // @ts-expect-error a guard decides
    socketio({}, { guards: [() => 'yes'] });
  });
});
