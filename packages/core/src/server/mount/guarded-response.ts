import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

type Method = (this: GuardedResponse, ...args: unknown[]) => unknown;

/** The state of a response that is guarded. */
interface Guard {
  /** Takes the first failure. */
  readonly report: (error: unknown) => void;
  /** The methods as they were. */
  readonly methods: Record<string, Method>;
  failed: boolean;
}

const kGuard = Symbol('sio.guard');
type GuardedResponse = ServerResponse & { [kGuard]?: Guard };

/** The value that a method returns once its response has failed. Absent: the response itself. */
const FALLBACKS: Readonly<Record<string, (() => unknown) | undefined>> = {
  write: () => false,
  hasHeader: () => false,
  getHeader: () => undefined,
  getHeaderNames: () => [],
  getHeaders: () => ({}),
};

/** Methods that throw when the answer is already under way. */
const OFTEN_THROWING = ['setHeader', 'writeHead', 'write', 'end'] as const;

/** Methods that are guarded where a middleware has replaced them. */
const REPLACEABLE = [
  ...['appendHeader', 'removeHeader', 'getHeader', 'getHeaderNames', 'getHeaders', 'hasHeader', 'flushHeaders'],
  ...['on', 'once', 'addListener', 'emit'],
] as const;

const guards: Readonly<Record<string, Method>> = Object.fromEntries(
  [...OFTEN_THROWING, ...REPLACEABLE].map((name) => [name, guarded(name)]),
);

function guarded(name: string): Method {
  const fallback = FALLBACKS[name];
  return function (this: GuardedResponse, ...args: unknown[]): unknown {
    const guard = this[kGuard];
    if (guard !== undefined && !guard.failed) {
      try {
        return Reflect.apply(guard.methods[name]!, this, args);
      } catch (error) {
        failResponse(this, error);
      }
    }
    return fallback === undefined ? this : fallback();
  };
}

/**
 * Contains failures of a response's methods, also when a framework calls them: middlewares replace them with code that fails,
 * and a hook that has answered makes the framework's own answer fail where nothing catches it.
 * @param report takes the first failure
 */
export function guardResponse(res: ServerResponse, report: (error: unknown) => void): void {
  const response = res as GuardedResponse & Record<string, unknown>;
  if (response[kGuard] !== undefined) return;
  const methods: Record<string, Method> = {};
  const guard: Guard = { report, methods, failed: false };
  const replaced = REPLACEABLE.filter((name) => Object.hasOwn(res, name));
  for (const name of [...OFTEN_THROWING, ...replaced]) {
    methods[name] = response[name] as Method;
    Object.defineProperty(res, name, { value: guards[name], configurable: true, enumerable: true, writable: true });
  }
  response[kGuard] = guard;
  listen(res, 'error', onError);
}

/** Gives up a response that code of the application has made fail: reports that, and closes it unless it has been answered. */
export function failResponse(res: ServerResponse, error: unknown): void {
  const guard = (res as GuardedResponse)[kGuard];
  if (guard !== undefined && !guard.failed) {
    guard.failed = true;
    guard.report(error);
  }
  closeUnanswered(res);
}

/** Closes a response that has not been answered in whole. */
export function closeUnanswered(res: ServerResponse): void {
  if (res.writableEnded) return;
  try {
    res.destroy();
  } catch {
    // A middleware has replaced the method.
    res.socket?.destroy();
  }
}

/** Data behind the end of an answer shows as an event, which ends the process when nothing listens. */
function onError(this: ServerResponse, error: unknown): void {
  failResponse(this, error);
}

/** Listens for an event of a response, past whatever a middleware has made of its methods. */
export function listen(res: ServerResponse, event: string, listener: (...args: never[]) => void): void {
  EventEmitter.prototype.on.call(res, event, listener as () => void);
}
