import { ReflectionKind } from 'typedoc';
import { describe, expect, it } from 'vitest';
import { entries } from '../../src/entries.mjs';
import type { Model } from '../../src/options.mjs';

const VALUES = ReflectionKind.Class | ReflectionKind.Function | ReflectionKind.Variable;
const TYPES = ReflectionKind.Interface | ReflectionKind.TypeAlias;

/** A change of a public name changes this list and the changelog. */
export function namesSuite(model: () => Model): void {
  const looked = new Set<string>();

  const namesOf = async (specifier: string): Promise<readonly string[]> => {
    looked.add(specifier);
    const all = model().get(specifier)?.children ?? [];
    const named = (kind: ReflectionKind) => all.filter((each) => each.kindOf(kind)).map(({ name }) => name);
    const there = Object.keys((await import(specifier)) as object);
    expect(there).toEqual(expect.arrayContaining(named(VALUES)));
    return [
      ...named(VALUES).sort(),
      ...named(TYPES)
        .sort()
        .map((name) => `type ${name}`),
      ...elsewhere(named),
    ];
  };

  /** An adapter has all of the core's names that it does not make its own. */
  const elsewhere = (named: (kind: ReflectionKind) => string[]): readonly string[] => {
    const names = named(ReflectionKind.Reference).sort();
    const own = new Set([...named(VALUES), ...named(TYPES)]);
    const core = (model().get('@sio/core')?.children ?? []).map(({ name }) => name).filter((name) => !own.has(name));
    return names.length > 0 && names.join() === core.sort().join() ? ['everything else of @sio/core'] : names;
  };

  describe('the names that users import', () => {
    it('from @sio/core are these', async () => {
      expect(await namesOf('@sio/core')).toMatchInlineSnapshot(`
        [
          "BroadcastOperator",
          "ClassError",
          "ClientError",
          "ConnectionRefused",
          "Hub",
          "Namespace",
          "OptionError",
          "RemoteSocket",
          "Server",
          "SessionEnded",
          "SessionError",
          "Socket",
          "acks",
          "allow",
          "args",
          "defaults",
          "event",
          "isRefusal",
          "limitDefaults",
          "on",
          "returns",
          "sleep",
          "socketio",
          "staticFiles",
          "surfaceOf",
          "type AckMessage",
          "type Acl",
          "type AdapterFactory",
          "type AllowRequest",
          "type AllowedOrigins",
          "type Answer",
          "type AnySocket",
          "type AppGuard",
          "type ArgumentsSchema",
          "type Attempt",
          "type AuthDecision",
          "type AuthOccasion",
          "type AuthOptions",
          "type CallsOf",
          "type ClassErrorCode",
          "type Client",
          "type ConnectionMessage",
          "type ConnectionStats",
          "type Decision",
          "type DefaultEventsMap",
          "type DeniedAttempt",
          "type DiagnosticMessages",
          "type DiagnosticPlace",
          "type DisconnectDetails",
          "type DisconnectReason",
          "type DisconnectionMessage",
          "type DrainOptions",
          "type DrainReport",
          "type EmitMessage",
          "type EmitsOf",
          "type Emitted",
          "type EndReason",
          "type EndedBy",
          "type EngineServer",
          "type ErrorContext",
          "type ErrorMessage",
          "type Event",
          "type EventDefinition",
          "type EventMessage",
          "type EventRate",
          "type EventSchema",
          "type EventsMap",
          "type EventsOf",
          "type ExtendedError",
          "type FlashPolicyOptions",
          "type FlowCounters",
          "type GuardedSocket",
          "type Handshake",
          "type HttpCompression",
          "type JsonCodec",
          "type LegacyBinary",
          "type LimitOptions",
          "type Log",
          "type LogDetails",
          "type Logger",
          "type Mixin",
          "type NamespaceClass",
          "type NamespaceConstructor",
          "type NamespaceProvider",
          "type Namespaces",
          "type OptionErrorCode",
          "type PacketDecoder",
          "type ParamsOf",
          "type ParentHub",
          "type Parser",
          "type ParserPacket",
          "type PlainMount",
          "type ProtocolVersion",
          "type Rate",
          "type RateLimitOptions",
          "type RecoveryOptions",
          "type Refusal",
          "type RefusalMessage",
          "type RefusalName",
          "type RouteParams",
          "type ServerOptions",
          "type SessionCookieOptions",
          "type SessionErrorCode",
          "type SessionIdOf",
          "type SlowConsumers",
          "type StaticFile",
          "type StaticFiles",
          "type Surface",
          "type SurfaceEvent",
          "type Task",
          "type Tasks",
          "type VirtualSocket",
          "everything else of @sio/core",
        ]
      `);
    });

    it('from @sio/core/compat are these', async () => {
      expect(await namesOf('@sio/core/compat')).toMatchInlineSnapshot(`
        [
          "default",
          "BroadcastOperator",
          "DefaultEventsMap",
          "DisconnectReason",
          "Event",
          "ExtendedError",
          "Namespace",
          "RemoteSocket",
          "Server",
          "ServerOptions",
          "Socket",
        ]
      `);
    });

    it('from @sio/socket.io are those of @sio/core/compat', async () => {
      const [theirs, ours] = await Promise.all([namesOf('@sio/core/compat'), namesOf('@sio/socket.io')]);
      expect([...ours].sort()).toEqual([...theirs].sort());
    });

    it('from @sio/core/mount are these', async () => {
      expect(await namesOf('@sio/core/mount')).toMatchInlineSnapshot(`
        [
          "HANDLED",
          "MountPoint",
          "NEXT",
          "attachToServer",
          "belowPrefix",
          "createMountable",
          "mergedHeader",
          "pathOf",
          "refuse",
          "sendReply",
          "sessionInCookie",
          "sessionMissing",
          "setHeaders",
          "workOnSession",
          "type Endpoint",
          "type Exchange",
          "type MountOptions",
          "type MountRequest",
          "type Mountable",
          "type Outcome",
          "type Peer",
          "type Reply",
          "type StoredSession",
          "NamespaceClass",
          "NamespaceProvider",
          "Namespaces",
          "PASS",
          "ServerOptions",
          "TAKEN",
        ]
      `);
    });

    it('from @sio/express are these', async () => {
      expect(await namesOf('@sio/express')).toMatchInlineSnapshot(`
        [
          "Namespace",
          "socketio",
          "withSession",
          "type HasRequest",
          "type SessionOf",
          "type SocketioMiddleware",
          "type SocketioOptions",
          "everything else of @sio/core",
        ]
      `);
    });

    it('from @sio/koa are these', async () => {
      expect(await namesOf('@sio/koa')).toMatchInlineSnapshot(`
        [
          "Namespace",
          "socketio",
          "withSession",
          "type HasContext",
          "type SessionOf",
          "type SocketioMiddleware",
          "type SocketioOptions",
          "everything else of @sio/core",
        ]
      `);
    });

    it('from @sio/fastify are these', async () => {
      expect(await namesOf('@sio/fastify')).toMatchInlineSnapshot(`
        [
          "Namespace",
          "socketio",
          "withSession",
          "type HasRequest",
          "type SessionOf",
          "type SocketioOptions",
          "type SocketioPlugin",
          "everything else of @sio/core",
        ]
      `);
    });

    it('from @sio/hapi are these', async () => {
      expect(await namesOf('@sio/hapi')).toMatchInlineSnapshot(`
        [
          "Namespace",
          "socketio",
          "withSession",
          "type HasRequest",
          "type SocketioOptions",
          "type SocketioPlugin",
          "everything else of @sio/core",
        ]
      `);
    });

    it('from @sio/core/memory are these', async () => {
      expect(await namesOf('@sio/core/memory')).toMatchInlineSnapshot(`
        [
          "PacketType",
          "connectInMemory",
          "makePacket",
          "type MemoryClient",
          "type MemoryConnection",
          "type MemoryListener",
          "type Origin",
          "type Packet",
          "type PacketType",
          "Generation",
          "ProtocolVersion",
        ]
      `);
    });

    it('from @sio/client are these', async () => {
      expect(await namesOf('@sio/client')).toMatchInlineSnapshot(`
        [
          "ClientNamespace",
          "Connection",
          "DisconnectedError",
          "ServerRefusal",
          "SimpleClient",
          "TimeoutError",
          "type ArgsOf",
          "type ClientHooks",
          "type ClientOptions",
          "type ConnectionOptions",
          "type ErrorContext",
          "type EventOf",
          "type Handlers",
          "type ReceivedEvent",
          "type RefusalDetails",
          "type ResultOf",
          "type ServerClass",
          "type SimpleClientOptions",
          "type Task",
          "type TimedCalls",
        ]
      `);
    });

    it('from @sio/testing are these', async () => {
      expect(await namesOf('@sio/testing')).toMatchInlineSnapshot(`
        [
          "CallFailed",
          "ConnectRefused",
          "LeakError",
          "connect",
          "createTestServer",
          "useFakeClock",
          "type AnswerTo",
          "type CallArgs",
          "type ConnectOptions",
          "type ConnectedClient",
          "type EmitArgs",
          "type EmittedBy",
          "type EventOf",
          "type FakeClock",
          "type LooseClient",
          "type NamespaceClass",
          "type Received",
          "type ReportedError",
          "type SocketOf",
          "type TestClient",
          "type TestServer",
        ]
      `);
    });

    it('come from no other entry', () => {
      expect([...looked].sort()).toEqual(entries.map(({ specifier }) => specifier).sort());
    });
  });
}
