import type { CanActivate, INestApplication, Type, WsMessageHandler } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AbstractWsAdapter, type WsException } from '@nestjs/websockets';
import type { Attempt, DeniedAttempt, Hub, Server, Socket } from '@sio/core';
import { type SocketioMiddleware, type SocketioOptions, socketio } from '@sio/express';
import { firstValueFrom, fromEvent, isObservable, type Observable, takeUntil } from 'rxjs';

/** A guard of NestJS: its class, which the application must provide, or an object. */
export type GuardLike = Type<CanActivate> | CanActivate;

/** Options of the adapter and of the Socket.IO server. */
export interface SioAdapterOptions extends SocketioOptions {
  /** Guards that run before a client joins a namespace. The data of their context is the client's `auth`. @default none */
  readonly connectGuards?: readonly GuardLike[];
  /** Guards that run for each event of each gateway, before the guards of the gateway. @default none */
  readonly eventGuards?: readonly GuardLike[];
}

/** The options of a gateway that this adapter uses. */
interface GatewayOptions {
  readonly namespace?: string | RegExp;
}

/**
 * Serves gateways behind the middlewares of the application. Create it after `app.use(session(…))`; then `client.request.session` is the
 * session of HTTP requests, also over WebSocket. It needs the Express platform.
 */
export class SioAdapter extends AbstractWsAdapter {
  /** The Socket.IO server of all gateways. */
  readonly io: Server;

  /** @throws OptionError for invalid options. */
  constructor(app: INestApplication, { connectGuards = [], eventGuards = [], ...options }: SioAdapterOptions = {}) {
    super(app);
    const guards = { connect: connectGuards, event: eventGuards };
    const isGuarded = connectGuards.length + eventGuards.length > 0;
    const ask = (socket: unknown, attempt: Attempt) => decide(app, guards[attempt.type], socket, attempt);
    const mount: SocketioMiddleware = socketio(
      {},
      isGuarded ? { ...options, guards: [...(options.guards ?? []), ask] } : options,
    );
    app.use(mount);
    mount.attach(app.getHttpServer());
    this.io = mount.io;
  }

  /** @throws Error if a gateway has a port of its own. */
  create(port: number, { namespace }: GatewayOptions = {}): Server | Hub {
    if (port !== 0) {
      throw new Error(
        `SioAdapter: a gateway has the port ${port}; remove it, because gateways share the port of the application`,
      );
    }
    return namespace === undefined ? this.io : (this.io.of(namespace as string) as Hub);
  }

  bindMessageHandlers(
    client: Socket,
    handlers: readonly WsMessageHandler<string>[],
    transform: (result: unknown) => Observable<unknown>,
  ): void {
    const gone = fromEvent(client as never, 'disconnect');
    for (const { message, callback, isAckHandledManually } of handlers) {
      client.on(message, (...args: unknown[]) => {
        const ack = typeof args.at(-1) === 'function' ? (args.pop() as (answer: unknown) => void) : undefined;
        const answers = transform(callback(args.length > 1 ? args : args[0], ack));
        answers.pipe(takeUntil(gone)).subscribe((answer) => {
          const { event, data } = (answer ?? {}) as { readonly event?: string; readonly data?: unknown };
          if (event !== undefined) client.emit(event, data);
          else if (answer !== undefined && answer !== null && !isAckHandledManually) ack?.(answer);
        });
      });
    }
  }

  /** Closes all connections, but not the HTTP server, which the application closes. */
  override async close(): Promise<void> {
    await this.io.close();
  }
}

async function decide(
  app: INestApplication,
  guards: readonly GuardLike[],
  socket: unknown,
  attempt: Attempt,
): Promise<boolean | DeniedAttempt> {
  const context = contextOf(socket, attempt);
  try {
    for (const guard of guards) {
      const instance: CanActivate = typeof guard === 'function' ? app.get(guard, { strict: false }) : guard;
      const decision = instance.canActivate(context);
      if (!(isObservable(decision) ? await firstValueFrom(decision) : await decision)) return false;
    }
    return true;
  } catch (error) {
    if (isWsException(error)) return { message: error.message, data: error.getError() };
    throw error;
  }
}

/** By its shape, since an application may have another copy of the package. */
function isWsException(error: unknown): error is WsException {
  return error instanceof Error && typeof (error as Partial<WsException>).getError === 'function';
}

/** As a gateway's guards get it. No method of a gateway is known yet, so metadata of `Reflector` is empty. */
function contextOf(socket: unknown, attempt: Attempt): ExecutionContextHost {
  const args =
    attempt.type === 'connect' ? [socket, attempt.auth, 'connection'] : [socket, attempt.args[0], attempt.event];
  const context = new ExecutionContextHost(args, SioAdapter, contextOf);
  context.setType('ws');
  return context;
}
