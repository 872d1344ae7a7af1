import type * as ours from '@sio/core/compat';
import type * as theirs from 'socket.io';
import { expectTypeOf, it } from 'vitest';

/** Names that users can reach and that are documented; what begins with `_` is nobody's business. */
type Public<T> = Exclude<keyof T & string, `_${string}`>;
type Missing<Theirs, Ours> = Exclude<Public<Theirs>, keyof Ours>;

it('has every name of socket.io’s classes and options', () => {
  expectTypeOf<Missing<theirs.ServerOptions, ours.ServerOptions>>().toBeNever();
  expectTypeOf<Missing<theirs.Server, ours.Server>>().toBeNever();
  expectTypeOf<Missing<theirs.Namespace, ours.Namespace>>().toBeNever();
  expectTypeOf<Missing<theirs.Socket, ours.Socket>>().toBeNever();
  expectTypeOf<Missing<theirs.BroadcastOperator<never, never>, ours.BroadcastOperator<never, never>>>().toBeNever();
  expectTypeOf<Missing<theirs.RemoteSocket<never, never>, ours.RemoteSocket<never, never>>>().toBeNever();
  expectTypeOf<Missing<theirs.Server['engine'], ours.Server['engine']>>().toBeNever();
  expectTypeOf<Missing<theirs.Socket['conn'], ours.Socket['conn']>>().toBeNever();
  expectTypeOf<Missing<theirs.Socket['client'], ours.Socket['client']>>().toBeNever();
  expectTypeOf<Missing<theirs.Socket['handshake'], ours.Socket['handshake']>>().toBeNever();
});
