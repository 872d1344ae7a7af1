import type { EventsOf, SessionIdOf } from '@sio/core';
import { Namespace, socketio, withSession } from '@sio/express';
import type { Application, Request, RequestHandler } from 'express';
import { describe, expectTypeOf, test } from 'vitest';

declare global {
  namespace Express {
    interface Request {
      /** As a middleware of the application declares it. */
      tenant?: { id: number };
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    cart?: string[];
  }
}

class Chat extends Namespace<{ said: (text: string) => void }> {
  onTenant() {
    expectTypeOf(this.request).toEqualTypeOf<Request>();
    expectTypeOf(this.request.tenant).toEqualTypeOf<{ id: number } | undefined>();
    expectTypeOf(this.request.session.cart).toEqualTypeOf<string[] | undefined>();
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

describe('the types of @sio/express', () => {
  test('are those of the app', () => {
    const mount = socketio({ '/chat': Chat });
    expectTypeOf(mount).toExtend<RequestHandler>();
    expectTypeOf<Application['use']>().toBeCallableWith(mount);
    expectTypeOf<keyof EventsOf<typeof Chat>>().toEqualTypeOf<'tenant' | 'buy' | 'wrong'>();
  });

  test('give guards and options the request', () => {
    socketio(
      {},
      {
        guards: [
          (socket, attempt) => {
            expectTypeOf(socket.request).toEqualTypeOf<Request>();
            if (attempt.type === 'event') expectTypeOf(attempt.args).toEqualTypeOf<readonly unknown[]>();
            return socket.request.tenant !== undefined || { message: 'Which tenant?' };
          },
        ],
        sessionId: (request) => {
          expectTypeOf(request).toEqualTypeOf<Request>();
          return request.sessionID;
        },
      },
    );
    expectTypeOf<SessionIdOf<Request>>().returns.toEqualTypeOf<string | undefined>();
    // @ts-expect-error a guard decides
    socketio({}, { guards: [() => 'yes'] });
    // @ts-expect-error there is no such option
    socketio({}, { gaurds: [] });
  });
});
