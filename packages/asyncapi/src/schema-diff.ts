import { isDeepStrictEqual } from 'node:util';

type Schema = Readonly<Record<string, unknown>>;

/** A schema, and the document that its references point into. */
export interface Located {
  readonly schema: unknown;
  readonly document: object;
}

/** The direction of a value. It decides whether the receiver accepts members that it does not know. */
export type Reader = 'server' | 'client';

const MAX_DEPTH = 64;
/** Lower bounds, with their values if a schema has none. */
const FLOORS = { minimum: -Infinity, exclusiveMinimum: -Infinity, minLength: 0, minItems: 0, minProperties: 0 };
const CEILINGS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
/** Keywords that are compared as a whole. */
const WHOLE = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'dependencies',
  'patternProperties',
  'propertyNames',
] as const;
const TYPES: readonly string[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/**
 * Looks for values that fit one schema and not another.
 *
 * Members and elements that a schema does not name count as absent: a client that was written for the schema does not send them.
 * @param written the schema of the writer's side.
 * @param read the schema of the reader's side.
 * @returns a sentence for each reason; empty if every value fits.
 */
export function misfits(written: Located, read: Located, reader: Reader): string[] {
  return new Comparison(written.document, read.document, reader).compare(written.schema, read.schema, '', 0);
}

class Comparison {
  /** Pairs that are being compared further up: schemas may refer to themselves. */
  readonly #open = new Map<unknown, Set<unknown>>();

  constructor(
    private readonly writtenIn: object,
    private readonly readIn: object,
    private readonly reader: Reader,
  ) {}

  compare(writtenPart: unknown, readPart: unknown, at: string, depth: number): string[] {
    const written = resolve(this.writtenIn, writtenPart);
    const read = resolve(this.readIn, readPart);
    const known = this.#open.get(written);
    if (known?.has(read) || depth > MAX_DEPTH) return [];
    if (known === undefined) this.#open.set(written, new Set([read]));
    else known.add(read);
    const reasons = this.#compare(written, read, at, depth + 1);
    this.#open.get(written)?.delete(read);
    return reasons;
  }

  #compare(written: unknown, read: unknown, at: string, depth: number): string[] {
    if (read === true || written === false) return [];
    if (read === false) return [this.#unknown(at)];
    const [from, to] = [asSchema(written), asSchema(read)];
    const writtenBranches = branchesOf(from);
    if (writtenBranches !== undefined) {
      return writtenBranches.flatMap((branch) => this.compare(branch, to, at, depth));
    }
    const readBranches = branchesOf(to);
    if (readBranches !== undefined) return this.#someOf(from, readBranches, at, depth);
    if (Array.isArray(to.allOf)) {
      const { allOf, ...rest } = to;
      return [...allOf, rest].flatMap((part) => this.compare(from, part, at, depth));
    }
    if (Array.isArray(from.allOf)) {
      const { allOf, ...rest } = from;
      return this.#compare(
        allOf.reduce<Schema>((all, part) => this.#joined(all, part), rest),
        to,
        at,
        depth,
      );
    }
    const values = valuesOf(to);
    if (values !== undefined) return this.#values(from, values, at);
    return this.#plain(from, to, at, depth);
  }

  #someOf(from: Schema, branches: readonly unknown[], at: string, depth: number): string[] {
    const values = valuesOf(from);
    if (values !== undefined && values.length > 1) {
      return values.flatMap((value) => this.#someOf({ const: value }, branches, at, depth));
    }
    const tries = branches.map((branch) => this.compare(from, branch, at, depth));
    if (tries.some((reasons) => reasons.length === 0)) return [];
    return branches.length === 1 ? tries[0]! : [this.#noForm(at, branches.length)];
  }

  #joined(all: Schema, part: unknown): Schema {
    const more = asSchema(resolve(this.writtenIn, part));
    const properties = { ...asSchema(all.properties), ...asSchema(more.properties) };
    const required = [...new Set([...listOf(all.required), ...listOf(more.required)])];
    return { ...all, ...more, ...(Object.keys(properties).length === 0 ? {} : { properties, required }) };
  }

  #plain(from: Schema, to: Schema, at: string, depth: number): string[] {
    const types = typesOf(from);
    const accepted = typesOf(to);
    const lost = types.filter(
      (type) => !accepted.includes(type) && !(type === 'integer' && accepted.includes('number')),
    );
    if (lost.length > 0) {
      return [this.#changed(at, '', typeText(types), typeText(accepted))];
    }
    return [
      ...this.#bounds(from, to, at),
      ...(types.includes('object') ? this.#members(from, to, at, depth) : []),
      ...(types.includes('array') ? this.#elements(from, to, at, depth) : []),
    ];
  }

  #members(from: Schema, to: Schema, at: string, depth: number): string[] {
    const [before, after] = [asSchema(from.properties), asSchema(to.properties)];
    const reasons: string[] = [];
    for (const name of listOf(to.required)) {
      if (!listOf(from.required).includes(name)) reasons.push(this.#missing(`${at}.${String(name)}`));
    }
    for (const [name, schema] of Object.entries(before)) {
      const place = `${at}.${name}`;
      if (Object.hasOwn(after, name)) reasons.push(...this.compare(schema, after[name], place, depth));
      else if (to.additionalProperties !== false) reasons.push(...this.compare(schema, rest(to), place, depth));
      else if (this.reader === 'server') reasons.push(this.#unknown(place));
    }
    // Written by a record: of any name.
    if (typeof from.additionalProperties === 'object') {
      if (to.additionalProperties !== false) {
        reasons.push(...this.compare(from.additionalProperties, rest(to), `${at}.*`, depth));
      } else if (this.reader === 'server') reasons.push(this.#unknown(`${at}.*`));
    }
    return reasons;
  }

  #elements(from: Schema, to: Schema, at: string, depth: number): string[] {
    const count = Math.max(tupleOf(from)?.length ?? 0, tupleOf(to)?.length ?? 0);
    const reasons: string[] = [];
    for (let index = 0; index < count; index++) {
      const [written, read] = [elementOf(from, index), elementOf(to, index)];
      if (written === undefined || written === false || read === undefined) continue;
      if (read === false && this.reader === 'client') continue;
      reasons.push(...this.compare(written, read, `${at}[${index}]`, depth));
    }
    const [written, read] = [elementOf(from, count), elementOf(to, count)];
    if (written !== undefined && read !== undefined) reasons.push(...this.compare(written, read, `${at}[]`, depth));
    return reasons;
  }

  #values(from: Schema, accepted: readonly unknown[], at: string): string[] {
    const values = valuesOf(from);
    if (values === undefined) return [this.#changed(at, '', 'any value', `one of ${jsonList(accepted)}`)];
    const lost = values.filter((value) => !accepted.some((each) => isDeepStrictEqual(each, value)));
    if (lost.length === 0) return [];
    const list = jsonList(lost);
    return [`${placeOf(at)} can ${this.reader === 'server' ? `no longer be ${list}` : `be ${list} now`}`];
  }

  #bounds(from: Schema, to: Schema, at: string): string[] {
    const reasons: string[] = [];
    const check = (keyword: string, base: number, sign: 1 | -1) => {
      const [written, read] = [(from[keyword] as number) ?? base, (to[keyword] as number) ?? base];
      if (written * sign < read * sign)
        reasons.push(this.#changed(at, ` ${keyword}`, boundText(written), boundText(read)));
    };
    for (const [keyword, base] of Object.entries(FLOORS)) check(keyword, base, 1);
    for (const keyword of CEILINGS) check(keyword, Infinity, -1);
    if (valuesOf(from) !== undefined) return reasons;
    for (const keyword of WHOLE) {
      if (to[keyword] === undefined || isDeepStrictEqual(from[keyword], to[keyword])) continue;
      reasons.push(`${placeOf(at)} has another "${keyword}" now`);
    }
    return reasons;
  }

  // ---- sentences ----

  /** The new side writes what clients read, and reads what clients write. */
  #changed(at: string, what: string, written: string, read: string): string {
    const [is, was] = this.reader === 'server' ? [read, written] : [written, read];
    return what === '' ? `${placeOf(at)} is ${is}, and was ${was}` : `${placeOf(at)} has${what} ${is}, and had ${was}`;
  }

  #unknown(at: string): string {
    return `${placeOf(at)} is ${this.reader === 'server' ? 'no longer accepted' : 'new'}`;
  }

  #missing(at: string): string {
    return `${placeOf(at)} ${this.reader === 'server' ? 'must be there' : 'may be missing'}`;
  }

  #noForm(at: string, forms: number): string {
    return this.reader === 'server'
      ? `${placeOf(at)} fits none of the ${forms} forms that are accepted now`
      : `${placeOf(at)} can be something else than the ${forms} forms of before`;
  }
}

function jsonList(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

function boundText(bound: number): string {
  return Number.isFinite(bound) ? String(bound) : 'none';
}

/** Follows a reference, through further ones. */
export function resolve(document: object, part: unknown): unknown {
  let found = part;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const reference = (found as { $ref?: unknown } | null | undefined)?.$ref;
    if (typeof reference !== 'string') return found;
    found = reference
      .replace(/^#\/?/, '')
      .split('/')
      .filter((step) => step !== '')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, step) => (Object.hasOwn(Object(at), step) ? (at as Schema)[step] : undefined), document);
  }
  return undefined;
}

function asSchema(part: unknown): Schema {
  return typeof part === 'object' && part !== null ? (part as Schema) : {};
}

function listOf(part: unknown): readonly unknown[] {
  return Array.isArray(part) ? part : [];
}

function branchesOf({ anyOf, oneOf }: Schema): readonly unknown[] | undefined {
  const branches = anyOf ?? oneOf;
  return Array.isArray(branches) ? branches : undefined;
}

/** The only values that fit. */
function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function typesOf(schema: Schema): readonly string[] {
  if (typeof schema.type === 'string') return [schema.type];
  if (Array.isArray(schema.type)) return schema.type as string[];
  const values = valuesOf(schema);
  return values === undefined ? TYPES : [...new Set(values.map(typeOf))];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function typeText(types: readonly string[]): string {
  return types.length === TYPES.length ? 'anything' : types.join(' or ');
}

/** The schema of members that a schema does not name. */
function rest({ additionalProperties }: Schema): unknown {
  return additionalProperties ?? true;
}

function tupleOf({ items }: Schema): readonly unknown[] | undefined {
  return Array.isArray(items) ? items : undefined;
}

/** The schema of an element; `undefined` if the schema does not describe it. */
function elementOf(schema: Schema, index: number): unknown {
  const tuple = tupleOf(schema);
  if (tuple === undefined) return schema.items;
  return index < tuple.length ? tuple[index] : schema.additionalItems;
}

function placeOf(at: string): string {
  return at === '' ? 'the list of arguments' : `"${at.replace(/^\./, '')}"`;
}
