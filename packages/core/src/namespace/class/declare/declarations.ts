import { type AnyClass, ClassError } from '../class-error.js';
import type { EventSchema } from './argument-schema.js';

/**
 * Decides whether a connection may call a method. Gets the connection's object, the event and the arguments, which are
 * not validated yet. Any truthy value allows the call.
 */
export type Guard<This extends object = object> = (
  target: This,
  event: string,
  args: readonly unknown[],
) => boolean | PromiseLike<boolean>;

/** An event bound to a method by name. */
export interface Binding {
  readonly event: string;
  readonly schema: EventSchema | undefined;
}

/** The declarations of decorators about one method. */
export interface MethodDeclarations {
  readonly bindings: Binding[];
  readonly guards: Guard<never>[];
  /** The schema of what the method returns. */
  returns: EventSchema | undefined;
  /** Reads the method from an instance; only for `#private` ones, which no prototype has. */
  access: ((target: object) => unknown) | undefined;
}

/** The declarations of decorators about one class, its ancestors apart. */
export interface ClassDeclarations {
  readonly methods: Map<PropertyKey, MethodDeclarations>;
  readonly guards: Guard<never>[];
  /** Keys for `#private` methods, whose names belong to one class alone. */
  readonly privateKeys: Map<string, symbol>;
}

// TypeScript's output gives decorators no metadata object while this symbol does not exist, and without that object a
// decorator cannot tell for which class it runs. Written as the language's own standard library will have it.
if (Reflect.get(Symbol, 'metadata') === undefined) {
  Object.defineProperty(Symbol, 'metadata', { value: Symbol('Symbol.metadata') });
}

// The compilers that do not ask for the symbol above (esbuild, Babel) use the second one when it is missing.
const METADATA_KEYS: readonly symbol[] = [Reflect.get(Symbol, 'metadata') as symbol, Symbol.for('Symbol.metadata')];

/** By the metadata object of standard decorators, or by the prototype that older ones get. */
const byOwner = new WeakMap<object, ClassDeclarations>();

/**
 * The declarations so far of the class that is being defined.
 * @param owner its metadata object, or its prototype.
 */
export function declarationsBeingMade(owner: object): ClassDeclarations {
  let declarations = byOwner.get(owner);
  if (declarations === undefined) {
    declarations = { methods: new Map(), guards: [], privateKeys: new Map() };
    byOwner.set(owner, declarations);
  }
  return declarations;
}

/**
 * The object of the class that is being defined, out of the context of a standard decorator.
 * @throws {ClassError} `SIO_CLASS_DECORATOR` where the compiler passes none.
 */
export function metadataOf(context: unknown): object {
  const metadata: unknown =
    typeof context === 'object' && context !== null ? (context as DecoratorContext).metadata : undefined;
  if (typeof metadata === 'object' && metadata !== null) return metadata;
  throw new ClassError(
    'SIO_CLASS_DECORATOR',
    'the compiler makes decorators without metadata: update it, or switch experimentalDecorators on',
  );
}

/** The part of `declarations` that is about one method. */
export function methodDeclarations(declarations: ClassDeclarations, key: PropertyKey): MethodDeclarations {
  let method = declarations.methods.get(key);
  if (method === undefined) {
    method = { bindings: [], guards: [], returns: undefined, access: undefined };
    declarations.methods.set(key, method);
  }
  return method;
}

/** The key of a `#private` method: no other class's method of that name has it. */
export function privateKey({ privateKeys }: ClassDeclarations, name: string): symbol {
  let key = privateKeys.get(name);
  if (key === undefined) {
    key = Symbol(name);
    privateKeys.set(name, key);
  }
  return key;
}

/** The declarations about a class, if it has decorators of ours; its ancestors apart. */
export function declarationsOf(ctor: AnyClass): ClassDeclarations | undefined {
  const metadata = METADATA_KEYS.map((key) => Object.getOwnPropertyDescriptor(ctor, key)?.value as unknown);
  for (const owner of [...metadata, ctor.prototype as unknown]) {
    const declarations = typeof owner === 'object' && owner !== null ? byOwner.get(owner) : undefined;
    if (declarations !== undefined) return declarations;
  }
  return undefined;
}
