import { shown } from '../../../internal/shown.js';
import { ClassError, className } from '../class-error.js';
import type { EventSchema } from '../declare/argument-schema.js';
import { type Binding, declarationsOf, type Guard } from '../declare/declarations.js';
import { EventDefinition } from '../declare/static-events.js';
import type { Method } from '../hooks.js';
import type { ChainLink } from './class-chain.js';
import type { EntrySource } from './entry.js';

/** An event bound to a method, and what bound it. */
export interface MethodBinding extends Binding {
  readonly source: EntrySource;
}

/** The declarations of all classes of a chain about one method. */
export interface MethodFacts {
  readonly bindings: Map<string, MethodBinding>;
  readonly guards: Guard<never>[];
  returns: EventSchema | undefined;
  access: ((target: object) => unknown) | undefined;
}

/** A function that stands in `static events` itself. */
export interface StaticHandler {
  readonly event: string;
  readonly handler: Method;
  readonly schema: EventSchema | undefined;
  readonly returns: EventSchema | undefined;
}

/** The declarations of decorators and `static events` of a class chain. */
export interface DeclaredHandlers {
  readonly methods: ReadonlyMap<PropertyKey, MethodFacts>;
  readonly functions: ReadonlyMap<string, StaticHandler>;
  readonly guards: readonly Guard<never>[];
}

/** Merges the declarations of all classes of `chain`: guards add up, a subclass replaces a binding of the same name. */
export function declaredHandlers(chain: readonly ChainLink[]): DeclaredHandlers {
  const methods = new Map<PropertyKey, MethodFacts>();
  const guards: Guard<never>[] = [];
  for (const { ctor } of chain) {
    const declared = declarationsOf(ctor);
    if (declared === undefined) continue;
    guards.push(...declared.guards);
    for (const [key, method] of declared.methods) {
      const facts = factsOf(methods, key);
      facts.guards.push(...method.guards);
      facts.returns = method.returns ?? facts.returns;
      facts.access = method.access ?? facts.access;
      for (const { event, schema } of method.bindings) bind(facts, event, schema, '@on');
    }
  }
  return { methods, functions: staticEventsOf(chain, methods), guards };
}

function factsOf(methods: Map<PropertyKey, MethodFacts>, key: PropertyKey): MethodFacts {
  let facts = methods.get(key);
  if (facts === undefined) {
    facts = { bindings: new Map(), guards: [], returns: undefined, access: undefined };
    methods.set(key, facts);
  }
  return facts;
}

function bind(facts: MethodFacts, event: string, schema: EventSchema | undefined, source: EntrySource): void {
  // Binding a name again without a schema must not take the old one's protection away.
  facts.bindings.set(event, { event, schema: schema ?? facts.bindings.get(event)?.schema, source });
}

function staticEventsOf(
  chain: readonly ChainLink[],
  methods: Map<PropertyKey, MethodFacts>,
): ReadonlyMap<string, StaticHandler> {
  const functions = new Map<string, StaticHandler>();
  for (const [event, { owner, definition }] of definitionsOf(chain)) {
    const wrapped = definition instanceof EventDefinition;
    const schema = wrapped ? definition.schema : undefined;
    const handler: unknown = wrapped ? definition.handler : definition;
    const returns = wrapped ? definition.returns : undefined;
    if (typeof handler === 'string') {
      const facts = factsOf(methods, handler);
      facts.returns = returns ?? facts.returns;
      bind(facts, event, schema, 'static events');
    } else if (typeof handler === 'function')
      functions.set(event, { event, handler: handler as Method, schema, returns });
    else throw notAHandler(`${owner}.events`, event);
  }
  return functions;
}

interface StaticDefinition {
  readonly owner: string;
  readonly definition: unknown;
}

function definitionsOf(chain: readonly ChainLink[]): ReadonlyMap<string, StaticDefinition> {
  const definitions = new Map<string, StaticDefinition>();
  for (const { ctor } of chain) {
    if (!Object.hasOwn(ctor, 'events')) continue;
    const owner = className(ctor);
    const events: unknown = Reflect.get(ctor, 'events');
    if (typeof events !== 'object' || events === null) {
      throw new ClassError(
        'SIO_CLASS_HANDLER',
        `${owner}.events must be an object of event names and handlers, not ${shown(events)}`,
      );
    }
    for (const [event, definition] of Object.entries(events)) definitions.set(event, { owner, definition });
  }
  return definitions;
}

function notAHandler(place: string, event: string): ClassError {
  return new ClassError(
    'SIO_CLASS_HANDLER',
    `${place}[${JSON.stringify(event)}] is neither a function, nor a method's name, nor made by event()`,
  );
}
