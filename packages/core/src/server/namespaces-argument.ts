import { IncomingMessage } from 'node:http';
import { Server as NetServer } from 'node:net';
import { OptionError } from '../internal/option-error.js';
import { shown } from '../internal/shown.js';
import { ClassError } from '../namespace/class/class-error.js';
import { allOptions } from './options/options.js';

const EXAMPLE = "socketio({ '/chat': Chat })";

/**
 * Looks at what `socketio()` got in place of classes by namespace name.
 * @throws ClassError `SIO_CLASS_ARGUMENT`, `SIO_CLASS_NOT_A_NAMESPACE` or `SIO_CLASS_ROUTE`, with what to write instead.
 */
export function assertNamespaces(given: unknown): asserts given is Readonly<Record<string, unknown>> {
  if (typeof given === 'function') throw mistaken(`a class: write socketio({ '/': ${given.name || 'Chat'} })`);
  if (given instanceof NetServer) throw mistaken(`an HTTP server: write ${EXAMPLE}.attach(server)`);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw mistaken(`${shown(given)}: write ${EXAMPLE}`);
  }
  if (isOfFramework(given)) {
    throw new ClassError('SIO_CLASS_ARGUMENT', `socketio must be called: pass ${EXAMPLE} on, not socketio itself`);
  }
  for (const [name, entry] of Object.entries(given)) assertEntry(name, entry);
}

function mistaken(what: string): ClassError {
  return new ClassError('SIO_CLASS_ARGUMENT', `socketio() takes classes by namespace name, not ${what}`);
}

/** A framework has called `socketio` itself: with a request, a context or an application. */
function isOfFramework(given: object): boolean {
  const { req, register, route } = given as { req?: unknown; register?: unknown; route?: unknown };
  const isRequest = (value: unknown) =>
    value instanceof IncomingMessage ||
    typeof (value as { httpVersion?: unknown } | undefined)?.httpVersion === 'string';
  return isRequest(given) || isRequest(req) || (typeof register === 'function' && typeof route === 'function');
}

function assertEntry(name: string, entry: unknown): void {
  if (Object.hasOwn(allOptions, name) && !isEntry(entry)) {
    throw new ClassError(
      'SIO_CLASS_ARGUMENT',
      `${name} is an option, and options come second: write socketio({ '/chat': Chat }, { ${name}: … })`,
    );
  }
  if (!isEntry(entry)) {
    throw new ClassError(
      'SIO_CLASS_NOT_A_NAMESPACE',
      `"${name}" must be a class or { class, create }, not ${shown(entry)}`,
    );
  }
  if (name.length > 1 && name.endsWith('/')) {
    const meant = name.replace(/\/+$/, '') || '/';
    throw new ClassError(
      'SIO_CLASS_ROUTE',
      `"${name}" ends with a slash, which no client of "${meant}" asks for: write "${meant}"`,
    );
  }
}

function isEntry(entry: unknown): boolean {
  if (typeof entry === 'function') return true;
  const { class: ctor, create } = (entry ?? {}) as { class?: unknown; create?: unknown };
  return typeof ctor === 'function' && typeof create === 'function';
}

/**
 * For adapters: looks at the options that a framework's `register` got for the plugin.
 * @throws OptionError when options of the server are among them, where they would have no effect.
 */
export function refuseOptions(given: object | undefined): void {
  const name = Object.keys(given ?? {}).find((each) => Object.hasOwn(allOptions, each));
  if (name === undefined) return;
  throw new OptionError(`option ${name} belongs to socketio(namespaces, options), not to register`);
}
