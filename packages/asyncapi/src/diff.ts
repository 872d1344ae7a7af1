import type { AsyncApiDocument, ChannelObject, MessageObject, OperationObject } from './document.js';
import { misfits, type Reader, resolve } from './schema-diff.js';

/** A difference between two documents. */
export interface Change {
  /** Whether a client written for the first document can fail with a server of the second. */
  readonly breaking: boolean;
  /** The namespace's name in the second document, or else in the first; `undefined` for changes of servers. */
  readonly namespace?: string;
  /** The event's name; `undefined` for changes of a namespace or server. */
  readonly event?: string;
  /** The change, as a sentence. */
  readonly text: string;
}

interface EventOfDocument {
  readonly namespace: string;
  readonly event: string;
  readonly action: OperationObject['action'];
  readonly operation: OperationObject;
  readonly payload: unknown;
  /** Of the acknowledgement, refusals apart. */
  readonly ack: unknown;
}

/**
 * Lists what changes for clients between two versions of an API. A client breaks when an event is removed, when the server accepts
 * less than before, when it sends data that the client does not expect, and when access to an event is restricted.
 *
 * Two schemas are compared keyword by keyword. A keyword that cannot be compared (`pattern`, `not`, …) counts as breaking when it differs.
 * @param before the document for which clients were written.
 * @param after the document of the new server.
 * @returns the changes, breaking ones first
 * @throws TypeError if an argument is not an AsyncAPI 3 document
 */
export function diff(before: AsyncApiDocument, after: AsyncApiDocument): Change[] {
  assertDocument('first', before);
  assertDocument('second', after);
  const changes = [...servers(before, after), ...namespaces(before, after), ...events(before, after)];
  return changes.sort((a, b) => Number(b.breaking) - Number(a.breaking));
}

function assertDocument(which: string, document: Partial<AsyncApiDocument> | undefined): void {
  if (typeof document?.asyncapi === 'string' && /^3\./.test(document.asyncapi)) return;
  throw new TypeError(`diff(): the ${which} argument is not an AsyncAPI 3 document, such as asyncapi() returns`);
}

function servers(before: AsyncApiDocument, after: AsyncApiDocument): Change[] {
  const [old, now] = [before.servers ?? {}, after.servers ?? {}];
  const changes: Change[] = [];
  for (const [key, { title, pathname }] of Object.entries(old)) {
    const other = now[key];
    const name = title ?? key;
    if (other === undefined) changes.push({ breaking: true, text: `Clients of ${name} are no longer served.` });
    else if (other.pathname !== pathname) {
      changes.push({ breaking: true, text: `The path for ${name} was ${pathname}, and is ${other.pathname}.` });
    }
  }
  for (const [key, { title }] of Object.entries(now)) {
    if (!Object.hasOwn(old, key)) changes.push({ breaking: false, text: `Clients of ${title ?? key} are served.` });
  }
  return changes;
}

function namespaces(before: AsyncApiDocument, after: AsyncApiDocument): Change[] {
  const [old, now] = [channelsOf(before), channelsOf(after)];
  return [
    ...[...old]
      .filter(([key]) => !now.has(key))
      .map(([, namespace]) => ({
        breaking: true,
        namespace,
        text: 'The namespace is gone.',
      })),
    ...[...now]
      .filter(([key]) => !old.has(key))
      .map(([, namespace]) => ({
        breaking: false,
        namespace,
        text: 'The namespace is new.',
      })),
  ];
}

function events(before: AsyncApiDocument, after: AsyncApiDocument): Change[] {
  const [old, now] = [eventsOf(before), eventsOf(after)];
  const [oldChannels, channels] = [channelsOf(before), channelsOf(after)];
  const changes: Change[] = [];
  for (const [key, was] of old) {
    const is = now.get(key);
    if (is !== undefined) changes.push(...eventChanges(was, before, is, after));
    else if (channels.has(keyOf(was.namespace))) {
      const text =
        was.action === 'receive' ? 'The server no longer takes the event.' : 'The server no longer sends the event.';
      changes.push({ breaking: true, ...nameOf(was), text });
    }
  }
  for (const [key, is] of now) {
    if (old.has(key) || !oldChannels.has(keyOf(is.namespace))) continue;
    const text = is.action === 'receive' ? 'The server takes a new event.' : 'The server sends a new event.';
    changes.push({ breaking: false, ...nameOf(is), text });
  }
  return changes;
}

function eventChanges(
  was: EventOfDocument,
  before: AsyncApiDocument,
  is: EventOfDocument,
  after: AsyncApiDocument,
): Change[] {
  const name = nameOf(is);
  const changes: Change[] = [];
  const [old, now] = [{ document: before }, { document: after }];
  const compare = (what: string, reader: Reader, oldSchema: unknown, newSchema: unknown) => {
    const [a, b] = [
      { ...old, schema: oldSchema },
      { ...now, schema: newSchema },
    ];
    const toServer = reader === 'server';
    const breaks = toServer ? misfits(a, b, 'server') : misfits(b, a, 'client');
    for (const reason of breaks) changes.push({ breaking: true, ...name, text: `${what}: ${reason}.` });
    if (breaks.length > 0) return;
    const eases = toServer ? misfits(b, a, 'server') : misfits(a, b, 'client');
    if (eases.length > 0) {
      const text = toServer
        ? `${what}: the server accepts more than before.`
        : `${what}: the server promises more than before.`;
      changes.push({ breaking: false, ...name, text });
    }
  };
  if (is.action === 'receive') {
    compare('The arguments', 'server', was.payload, is.payload);
    compare('The acknowledgement', 'client', was.ack, is.ack);
    changes.push(...accessChanges(was.operation, is.operation, name));
  } else compare('The arguments', 'client', was.payload, is.payload);
  return changes;
}

function accessChanges(was: OperationObject, is: OperationObject, name: ReturnType<typeof nameOf>): Change[] {
  const [old, now] = [was.security?.length ?? 0, is.security?.length ?? 0];
  if (old === 0 && now > 0) {
    return [{ breaking: true, ...name, text: 'The event is restricted now: an ACL or a guard may refuse it.' }];
  }
  return old > 0 && now === 0 ? [{ breaking: false, ...name, text: 'The event is open to all clients now.' }] : [];
}

function nameOf({ namespace, event }: EventOfDocument): { readonly namespace: string; readonly event: string } {
  return { namespace, event };
}

/** Clients do not know how a pattern names its parameters. */
function keyOf(namespace: string): string {
  return namespace.replace(/\{[^}]*\}/g, '{}').replace(/(^|\/):[^/]+/g, '$1{}');
}

function channelsOf(document: AsyncApiDocument): Map<string, string> {
  const namespaces = Object.values(document.channels ?? {}).map(namespaceOf);
  return new Map(namespaces.map((namespace) => [keyOf(namespace), namespace]));
}

function namespaceOf(channel: ChannelObject): string {
  return channel['x-sio']?.namespace ?? channel.address ?? '';
}

function eventsOf(document: AsyncApiDocument): Map<string, EventOfDocument> {
  const events = new Map<string, EventOfDocument>();
  for (const operation of Object.values(document.operations ?? {})) {
    const channel = resolve(document, operation.channel) as ChannelObject | undefined;
    if (channel === undefined) continue;
    const namespace = namespaceOf(channel);
    const message = resolve(document, operation.messages?.[0]) as MessageObject | undefined;
    const event = message?.name ?? '';
    const acks = operation.reply?.messages?.map((each) => resolve(document, each) as MessageObject) ?? [];
    const ack = acks.find((each) => each?.name !== 'refusal')?.payload;
    events.set(JSON.stringify([operation.action, keyOf(namespace), event]), {
      namespace,
      event,
      action: operation.action,
      operation,
      payload: message?.payload ?? true,
      ack: ack ?? true,
    });
  }
  return events;
}
