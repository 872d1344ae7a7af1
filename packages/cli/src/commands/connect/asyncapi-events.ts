import { parse } from 'yaml';
import { Failure } from '../../failure.js';
import { readText, type Target } from '../../target.js';
import { fits } from '../../values.js';
import { ask } from '../../wire/http.js';

/** An event that clients may send. */
export interface KnownEvent {
  readonly name: string;
  /** The document's text about it. */
  readonly summary: string | undefined;
  /** Whether the server acknowledges it. */
  readonly hasReply: boolean;
}

type Node = Readonly<Record<string, unknown>>;

/**
 * Reads an AsyncAPI 3 document in JSON or YAML.
 *
 * @param source file or URL
 * @param namespace the namespace of the events: the address of a channel
 * @throws Failure when there is no such document
 */
export async function readEvents(source: string, namespace: string, target: Target): Promise<readonly KnownEvent[]> {
  const document = parseDocument(await readSource(source, target), source);
  const found = new Map<string, KnownEvent>();
  for (const operation of Object.values(asNode(document.operations))) {
    const { action, channel, messages, reply } = asNode(resolve(document, operation));
    // The document describes the server: it receives what clients send.
    if (action !== 'receive') continue;
    const place = asNode(resolve(document, channel));
    if (typeof place.address === 'string' && !isAt(place.address, namespace)) continue;
    const all = Array.isArray(messages) && messages.length > 0 ? messages : Object.values(asNode(place.messages));
    for (const message of all) {
      const { name, title, summary, description } = asNode(resolve(document, message));
      const event = typeof name === 'string' ? name : keyOf(message);
      if (event === undefined) continue;
      const text = [summary, description, title].find((each) => typeof each === 'string' && each !== event) as
        | string
        | undefined;
      found.set(event, { name: event, summary: text, hasReply: reply !== undefined });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a namespace matches an address. `{id}` matches any part of a path, and an address `{id}` any namespace. */
function isAt(address: string, namespace: string): boolean {
  if (/^\{[^/}]+\}$/.test(address)) return true;
  return fits(address.replace(/\{[^/}]+\}/g, '*'), namespace);
}

async function readSource(source: string, target: Target): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readText(source);
  const { origin, pathname, search } = new URL(source);
  const { status, body } = await ask({ ...target, origin }, pathname + search);
  if (status !== 200) throw new Failure('bad_document', `${source} answers with HTTP ${status}.`);
  return body;
}

function parseDocument(text: string, source: string): Node {
  let document: Node;
  try {
    // JSON is YAML.
    document = asNode(parse(text));
  } catch (error) {
    throw new Failure(
      'bad_document',
      `${source} is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}.`,
    );
  }
  if (/^3\./.test(String(document.asyncapi))) return document;
  throw new Failure(
    'bad_document',
    `${source} is no AsyncAPI 3 document: its field asyncapi is ${document.asyncapi ?? 'missing'}.`,
  );
}

/** Follows `$ref` inside the document. */
function resolve(document: Node, value: unknown): unknown {
  let found = value;
  for (let steps = 0; steps < LONGEST_CHAIN; steps++) {
    const { $ref } = asNode(found);
    if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return found;
    const keys = $ref
      .slice(2)
      .split('/')
      .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'));
    found = keys.reduce<unknown>((node, key) => asNode(node)[key], document);
  }
  return undefined;
}

const LONGEST_CHAIN = 20;

const asNode = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {});

/** The last part of a reference names a message that has no name. */
function keyOf(message: unknown): string | undefined {
  const { $ref } = asNode(message);
  return typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
}
