import { ClassError } from '../class-error.js';

/** The values of a route pattern's parameters. The object has no prototype. */
export type RouteParams = Readonly<Record<string, string>>;

/** The parameters of a pattern that is a literal type: `'/orders/:id'` → `{ readonly id: string }`. */
export type ParamsOf<Pattern extends string> = string extends Pattern
  ? RouteParams
  : { readonly [Name in ParamNames<Pattern>]: string };

type ParamNames<Pattern extends string> = Pattern extends `${infer Head}/${infer Tail}`
  ? ParamName<Head> | ParamNames<Tail>
  : ParamName<Pattern>;

type ParamName<Segment extends string> = Segment extends `:${infer Name}` ? Name : never;

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;

/** Whether a namespace's name, as the application writes it, is a pattern: `/orders/:id`. */
export function isRoutePattern(name: string): boolean {
  return name.split('/').some((segment) => segment.startsWith(':'));
}

/** A pattern of namespace names such as `/orders/:id`; a parameter stands for one whole segment that is not empty. */
export class RoutePattern {
  readonly pattern: string;
  /** Matches the same names as {@link match}, in linear time. */
  readonly regex: RegExp;
  /** The parameters' names, in order. */
  readonly names: readonly string[];
  /** The fixed segments; `undefined` where a parameter stands. */
  readonly #segments: readonly (string | undefined)[];

  /** @throws {ClassError} `SIO_CLASS_ROUTE` if the pattern is malformed or names a parameter twice. */
  constructor(pattern: string) {
    if (!pattern.startsWith('/')) throw malformed(pattern, 'does not begin with "/"');
    const segments = pattern.slice(1).split('/');
    this.pattern = pattern;
    this.names = segments.flatMap((segment) => parameterName(pattern, segment) ?? []);
    if (new Set(this.names).size < this.names.length) throw malformed(pattern, 'names a parameter twice');
    this.#segments = segments.map((segment) => (segment.startsWith(':') ? undefined : segment));
    const source = this.#segments.map((segment) => (segment === undefined ? '([^/]+)' : escapeRegExp(segment)));
    this.regex = new RegExp(`^/${source.join('/')}$`);
  }

  /**
   * The parameters' values if `name` matches. Percent-encoding is decoded, once; a value in which it is broken stays as
   * it came.
   */
  match(name: string): RouteParams | undefined {
    const found = this.regex.exec(name);
    if (found === null) return undefined;
    // The application chose the parameters' names, but `__proto__` is a name too.
    const params: Record<string, string> = Object.create(null);
    for (let i = 0; i < this.names.length; i++) params[this.names[i] ?? ''] = decode(found[i + 1] ?? '');
    return Object.freeze(params);
  }

  /**
   * Orders patterns so that the first that matches is the most particular one: at the leftmost segment where two
   * differ, fixed text comes before a parameter.
   */
  static compare(a: RoutePattern, b: RoutePattern): number {
    const length = Math.min(a.#segments.length, b.#segments.length);
    for (let i = 0; i < length; i++) {
      const fixed = Number(b.#segments[i] !== undefined) - Number(a.#segments[i] !== undefined);
      if (fixed !== 0) return fixed;
    }
    return 0;
  }

  /**
   * Refuses a pattern that matches exactly the names of an earlier one (`/orders/:id` and `/orders/:order`).
   * @throws {ClassError} `SIO_CLASS_ROUTE`
   */
  static assertDistinct(added: RoutePattern, others: Iterable<RoutePattern>): void {
    for (const other of others) {
      if (other.regex.source !== added.regex.source) continue;
      throw new ClassError(
        'SIO_CLASS_ROUTE',
        `The patterns ${JSON.stringify(other.pattern)} and ${JSON.stringify(added.pattern)} match the same namespaces`,
      );
    }
  }
}

function parameterName(pattern: string, segment: string): string | undefined {
  if (!segment.includes(':')) return undefined;
  const name = PARAMETER.exec(segment)?.[1];
  if (name !== undefined) return name;
  throw malformed(pattern, `has a segment ${JSON.stringify(segment)}: a parameter is a whole segment such as ":id"`);
}

function malformed(pattern: string, what: string): ClassError {
  return new ClassError('SIO_CLASS_ROUTE', `The namespace pattern ${JSON.stringify(pattern)} ${what}`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
