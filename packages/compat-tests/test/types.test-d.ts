import type * as ours from '@sio/core/compat';
import type * as theirs from 'socket.io';
import { expectTypeOf, it } from 'vitest';

/** Names that users can reach and that are documented; a name that begins with `_` is private. */
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

it('types acknowledgements without arguments as a list of undefined', () => {
  interface Events {
    done: (answer: () => void) => void;
    tried: (answer: (error: Error) => void) => void;
  }
  const ask = (io: ours.Server<Events>) => [
    io.timeout(1).emitWithAck('done'),
    io.to('a').timeout(1).emitWithAck('tried'),
  ];
  expectTypeOf(ask).returns.toEqualTypeOf<Promise<undefined[]>[]>();
  const listen = (io: ours.Server<Events>) => io.timeout(1).emit('done', (error, answers) => [error, answers]);
  expectTypeOf(listen).returns.toBeBoolean();
});
