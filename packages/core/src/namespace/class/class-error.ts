/**
 * A stable name for a mistake in a class.
 *
 * | code | meaning |
 * |---|---|
 * | `SIO_CLASS_NOT_A_NAMESPACE` | the value is no class, or does not extend `Namespace` |
 * | `SIO_CLASS_DUPLICATE_EVENT` | two methods serve the same event |
 * | `SIO_CLASS_SHADOWED_MEMBER` | a member would hide one of `Socket`'s |
 * | `SIO_CLASS_HOOK` | a method is nearly, but not quite, a hook, or calls `super`'s hook, which runs by itself |
 * | `SIO_CLASS_HANDLER` | something is bound or declared as a handler that cannot be one |
 * | `SIO_CLASS_SCHEMA` | a schema is not a Standard Schema, or two compete for one method |
 * | `SIO_CLASS_UNKNOWN_EVENT` | an ACL names an event which the class does not have |
 * | `SIO_CLASS_LIMITS` | a rate in `static limits` is invalid |
 * | `SIO_CLASS_DECORATOR` | a decorator was applied where, or compiled in a way in which, it cannot work |
 * | `SIO_CLASS_ROUTE` | a namespace's name or pattern is malformed, or a pattern describes the same names as another |
 * | `SIO_CLASS_ARGUMENT` | `socketio()` got something else than classes by namespace name, or was not called at all |
 */
export type ClassErrorCode =
  | 'SIO_CLASS_NOT_A_NAMESPACE'
  | 'SIO_CLASS_DUPLICATE_EVENT'
  | 'SIO_CLASS_SHADOWED_MEMBER'
  | 'SIO_CLASS_HOOK'
  | 'SIO_CLASS_HANDLER'
  | 'SIO_CLASS_SCHEMA'
  | 'SIO_CLASS_UNKNOWN_EVENT'
  | 'SIO_CLASS_LIMITS'
  | 'SIO_CLASS_DECORATOR'
  | 'SIO_CLASS_ROUTE'
  | 'SIO_CLASS_ARGUMENT';

/** A mistake in a namespace's class or its registration. Thrown at registration, or at the first connection. */
export class ClassError extends TypeError {
  /** Always `ClassError`. */
  override readonly name = 'ClassError';
  /** A stable name for what is wrong. */
  readonly code: ClassErrorCode;

  constructor(code: ClassErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A member's name as the source has it. */
export function memberName(key: PropertyKey): string {
  if (typeof key !== 'symbol') return String(key);
  return key.description?.startsWith('#') ? key.description : `[${key.toString()}]`;
}

/** A class's name for a message. */
export function className(ctor: AnyClass): string {
  return ctor.name === '' ? '(anonymous class)' : ctor.name;
}

/** Any class, whatever its constructor takes. */
export type AnyClass = abstract new (...args: never[]) => object;
