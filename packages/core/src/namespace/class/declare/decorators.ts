import { shown } from '../../../internal/shown.js';
import type { Acks } from '../acks.js';
import { ClassError } from '../class-error.js';
import { type ClientArguments, type EventSchema, type HandlerArguments, isEventSchema } from './argument-schema.js';
import type { Guard } from './declarations.js';
import { type DecoratorSite, declaredOnClass, declaredOnMethod, isOnMember } from './decorator-site.js';

/** A decorator for methods that are like `Method`: a standard one, or one of TypeScript's `experimentalDecorators`. */
export interface MethodDecoratorOf<Method extends (...args: never[]) => unknown> {
  (method: Method, context: ClassMethodDecoratorContext): void;
  <Decorated extends Method>(
    prototype: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Decorated>,
  ): void;
}

/** A decorator for methods that take `Args`. */
export type EventDecorator<Args extends readonly never[]> = MethodDecoratorOf<(...args: Args) => unknown>;

/**
 * Binds the event of exactly this name to the decorated method, whatever the method's name. It takes precedence over
 * the method that would serve the event by name. One method may have several.
 *
 * A second argument is the schema of the event's first argument, or `args(schema)` of all, of any Standard Schema
 * library. The method gets the schema's output, the compiler checks the method's parameters against it, and arguments
 * that do not fit are refused with `invalid_method_args`. The schema then applies to every name of the method that has
 * no schema of its own.
 *
 * @param event the name as the client sends it, compared exactly.
 * @throws {ClassError} `SIO_CLASS_DECORATOR` on anything but a method of instances, `SIO_CLASS_HANDLER` for an empty
 * name, `SIO_CLASS_SCHEMA` for an invalid schema.
 *
 * @example
 * @on('private message', z.object({ to: z.string(), text: z.string() }))
 * deliver(message: { to: string; text: string }) { this.to(message.to).emit('private message', message.text); }
 */
export function on(event: string): EventDecorator<never[]>;
export function on<Schema extends EventSchema>(
  event: string,
  schema: Schema,
): MethodDecoratorOf<(...args: HandlerArguments<Schema>) => unknown>;
export function on(event: string, schema?: EventSchema): EventDecorator<never[]> {
  if (typeof event !== 'string' || event === '') {
    throw new ClassError('SIO_CLASS_HANDLER', `@on needs the name of an event, not ${shown(event)}`);
  }
  if (schema !== undefined && !isEventSchema(schema)) {
    throw new ClassError(
      'SIO_CLASS_SCHEMA',
      `@on(${JSON.stringify(event)}): the schema must be a Standard Schema, not ${shown(schema)}`,
    );
  }
  return (...site: DecoratorSite) => {
    // Decorators run from the one nearest to the method outwards; the list keeps the order of the source.
    declaredOnMethod('@on', site).bindings.unshift({ event, schema });
  };
}

/** The value that a handler with a schema may return, or promise. */
export type ReturnOf<Schema extends EventSchema> =
  ClientArguments<Schema> extends infer Args
    ? Args extends readonly [_?: infer Only]
      ? Only | Acks<readonly [Only]>
      : Acks<Args extends readonly unknown[] ? Args : never>
    : never;

/**
 * Validates the result of the decorated method before it is sent. An invalid result is a mistake of the server: the
 * client gets `internal_error`, and the failure is reported. The schema's output is what is sent, so a schema can leave
 * unknown members out.
 *
 * @param schema of the one value, or `args(schema)` of those of `acks(…)`.
 * @throws {ClassError} `SIO_CLASS_DECORATOR` on anything but a method of instances, `SIO_CLASS_SCHEMA` for an invalid schema.
 *
 * @example
 * @returns(z.object({ name: z.string() }))
 * async onProfile(id: number) { return await users.find(id); }
 */
export function returns<Schema extends EventSchema>(
  schema: Schema,
): MethodDecoratorOf<(...args: never[]) => ReturnOf<Schema> | PromiseLike<ReturnOf<Schema>>> {
  if (!isEventSchema(schema))
    throw new ClassError('SIO_CLASS_SCHEMA', `@returns: the schema must be a Standard Schema, not ${shown(schema)}`);
  return (...site: DecoratorSite) => {
    declaredOnMethod('@returns', site).returns = schema;
  };
}

/** Takes no part in the inference of `Type`, as `NoInfer` of TypeScript 5.4. Otherwise a method would become the class of its predicate. */
type NotInferred<Type> = [Type][Type extends unknown ? 0 : never];

/** What {@link allow} returns: goes on a method or on a class. */
export interface AllowDecorator<This extends object> {
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext<This>): void;
  <Decorated extends (...args: never[]) => unknown>(
    prototype: NotInferred<This>,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<Decorated>,
  ): void;
  (ctor: abstract new (...args: never[]) => This, context?: ClassDecoratorContext): void;
}

/**
 * The type of {@link allow} for a base class: `allow as Allow<Namespace>` knows what a predicate gets without being told.
 */
export type Allow<Default extends object> = <This extends object = Default>(
  predicate: Guard<This>,
) => AllowDecorator<This>;

/**
 * Allows a method only for connections for which `predicate` is true; others get `method_access_denied`. On a class it
 * applies to all events, including those of base classes and subclasses. All predicates must be true: overriding a
 * guarded method does not remove its guard. It runs after the ACL and before validation, and may be asynchronous. If it
 * throws, the method does not run.
 *
 * @throws {ClassError} `SIO_CLASS_DECORATOR` on anything else than a class or a method of instances.
 */
export function allow<This extends object>(predicate: Guard<This>): AllowDecorator<This> {
  if (typeof predicate !== 'function')
    throw new ClassError('SIO_CLASS_DECORATOR', `@allow needs a predicate (a function), not ${shown(predicate)}`);
  return (...site: DecoratorSite) => {
    const { guards } = isOnMember(site) ? declaredOnMethod('@allow', site) : declaredOnClass(site);
    guards.unshift(predicate);
  };
}
