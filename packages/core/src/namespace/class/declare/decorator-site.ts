import { ClassError, memberName } from '../class-error.js';
import {
  type ClassDeclarations,
  declarationsBeingMade,
  type MethodDeclarations,
  metadataOf,
  methodDeclarations,
  privateKey,
} from './declarations.js';

/**
 * The arguments of a decorator's call. The standard's are the value and a context. Those of `experimentalDecorators` are the
 * prototype, or the constructor of a static member, then a name and a descriptor; for a class they are the constructor alone.
 */
export type DecoratorSite = readonly unknown[];

/** Whether a decorator stands on a member of a class; else on the class. */
export function isOnMember(site: DecoratorSite): boolean {
  const [, context] = site;
  return isName(context) || (context !== undefined && (context as DecoratorContext | null)?.kind !== 'class');
}

/** The declarations about the decorated class. @throws {ClassError} `SIO_CLASS_DECORATOR` on anything but a class. */
export function declaredOnClass([ctor, context]: DecoratorSite): ClassDeclarations {
  if (context !== undefined) return declarationsBeingMade(metadataOf(context));
  if (typeof ctor === 'function') return declarationsBeingMade(ctor.prototype as object);
  throw new ClassError('SIO_CLASS_DECORATOR', '@allow goes on a class, or on a method of instances');
}

/**
 * The declarations about the decorated method.
 * @param decorator its name, for messages.
 * @throws {ClassError} `SIO_CLASS_DECORATOR` on anything but a method of instances.
 */
export function declaredOnMethod(decorator: string, site: DecoratorSite): MethodDeclarations {
  const [target, context, descriptor] = site;
  if (isName(context)) return declaredOnPrototype(decorator, target, context, descriptor);
  return declaredInContext(decorator, context as ClassMethodDecoratorContext);
}

function declaredOnPrototype(
  decorator: string,
  prototype: unknown,
  name: string | symbol,
  descriptor: unknown,
): MethodDeclarations {
  const value = (descriptor as PropertyDescriptor | undefined)?.value as unknown;
  const isStatic = typeof prototype === 'function';
  if (isStatic || typeof value !== 'function') {
    throw misplaced(decorator, isStatic, typeof value === 'function' ? 'method' : 'member', name);
  }
  return methodDeclarations(declarationsBeingMade(prototype as object), name);
}

function declaredInContext(decorator: string, context: ClassMethodDecoratorContext): MethodDeclarations {
  const declarations = declarationsBeingMade(metadataOf(context));
  const { kind, name, access } = context;
  if (kind !== 'method' || context.static) throw misplaced(decorator, context.static, kind, name);
  if (!context.private) return methodDeclarations(declarations, name);
  const method = methodDeclarations(declarations, privateKey(declarations, String(name)));
  method.access = (target) => access.get(target);
  return method;
}

function misplaced(decorator: string, isStatic: boolean, kind: string, name: string | symbol): ClassError {
  const what = `${isStatic ? 'static ' : ''}${kind} ${memberName(name)}`;
  return new ClassError('SIO_CLASS_DECORATOR', `${decorator} goes on methods of instances, not on the ${what}`);
}

function isName(value: unknown): value is string | symbol {
  return typeof value === 'string' || typeof value === 'symbol';
}
