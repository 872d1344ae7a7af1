import { inspect } from 'node:util';
import { type Namespaces, type Surface, type SurfaceEvent, surfaceOf } from '@sio/core';
import type {
  AsyncApiDocument,
  ChannelObject,
  Info,
  JsonSchema,
  MessageObject,
  OperationObject,
  Reference,
} from './document.js';
import { Ids } from './ids.js';
import { type SchemaOptions, Schemas } from './schemas.js';
import { type ServersOptions, serversOf } from './servers.js';

/** Options of {@link asyncapi}. */
export interface AsyncApiOptions extends ServersOptions, SchemaOptions {
  /**
   * How clients authenticate: AsyncAPI's Security Scheme Objects by name. Every guarded event refers to all of them. Default: a scheme
   * `auth`, the data that a client sends as `auth` when it connects.
   */
  readonly securitySchemes?: Readonly<Record<string, object>>;
}

const EXAMPLE = "asyncapi({ '/chat': Chat }, { title: 'Chat', version: '1.0.0' })";
const CATCH_ALL = '*';
const REFUSAL = 'Refusal';

const AUTH = {
  type: 'apiKey',
  in: 'user',
  description: 'What the client sends as `auth` when it connects to the namespace.',
};

const REFUSAL_PAYLOAD: JsonSchema = {
  type: 'array',
  items: [
    {
      type: 'object',
      properties: {
        error: {
          type: 'object',
          properties: { name: { type: 'string' }, message: { type: 'string' } },
          required: ['name', 'message'],
        },
      },
      required: ['error'],
    },
  ],
  minItems: 1,
};

/**
 * Creates an AsyncAPI 3 document from the classes that `socketio()` serves. A namespace becomes a channel, and the parameters of a pattern
 * such as `/orders/:id` become parameters of its channel. An event of clients becomes an operation `receive`, with its acknowledgement as the
 * reply. An event of `static emits` becomes an operation `send`. The payload of a message is the array of the event's arguments.
 *
 * @param namespaces classes by namespace name, as for `socketio()`.
 * @param info the title and version of the API.
 * @throws TypeError for an invalid argument, and for a schema without a JSON Schema (see `withoutJsonSchema`)
 * @throws ClassError for a mistake in a class, as `socketio()` does
 */
export function asyncapi(namespaces: Namespaces, info: Info, options: AsyncApiOptions = {}): AsyncApiDocument {
  assertArguments(namespaces, info);
  const securitySchemes = options.securitySchemes ?? { auth: AUTH };
  const ids = new Ids();
  const schemas = new Schemas(new Ids(), options);
  const channels: Record<string, ChannelObject> = {};
  const operations: Record<string, OperationObject> = {};
  for (const [name, entry] of Object.entries(namespaces)) {
    const id = ids.of(name === '/' ? 'main' : name === CATCH_ALL ? 'others' : name);
    const writer = new ChannelWriter(id, name, surfaceOf(entry), schemas, Object.keys(securitySchemes));
    channels[id] = writer.channel();
    Object.assign(operations, writer.operations);
  }
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: 'application/json',
    servers: serversOf(options),
    channels,
    operations,
    components: {
      schemas: schemas.components,
      messages: {
        [REFUSAL]: {
          name: 'refusal',
          title: 'Refusal',
          description: 'The acknowledgement of an event that was refused, or whose handler failed.',
          payload: REFUSAL_PAYLOAD,
        },
      },
      securitySchemes,
    },
  };
}

function assertArguments(namespaces: unknown, info: Partial<Info> | undefined): void {
  if (typeof namespaces !== 'object' || namespaces === null || Array.isArray(namespaces)) {
    const given = inspect(namespaces, { depth: -1 });
    throw new TypeError(`asyncapi() takes classes by namespace name, as socketio() does, not ${given}: ${EXAMPLE}`);
  }
  if (typeof info?.title !== 'string' || typeof info.version !== 'string') {
    throw new TypeError(
      `asyncapi() needs a title and a version as text, not ${inspect(info, { depth: 0 })}: ${EXAMPLE}`,
    );
  }
}

/** Writes one channel and its operations. */
class ChannelWriter {
  readonly operations: Record<string, OperationObject> = {};
  readonly #messages: Record<string, MessageObject | Reference> = {};
  readonly #messageIds = new Ids();

  constructor(
    private readonly id: string,
    private readonly namespace: string,
    private readonly surface: Surface,
    private readonly schemas: Schemas,
    private readonly securitySchemes: readonly string[],
  ) {}

  channel(): ChannelObject {
    const { events, emits, hooks, name } = this.surface;
    if (events.length > 0) this.#messages.refusal = { $ref: `#/components/messages/${REFUSAL}` };
    for (const event of events) this.#receive(event);
    for (const { event, schema } of emits) {
      const what = `${this.namespace}, the event ${JSON.stringify(event)} that ${name} emits`;
      const payload = this.schemas.payload(schema, 'output', `${this.id}.server.${event}`, what);
      const message = this.#message(`server.${event}`, { name: event, title: event, payload });
      this.#operation(`server.${event}`, {
        action: 'send',
        title: event,
        summary: `${event} in ${this.namespace}`,
        channel: this.#self,
        messages: [message],
      });
    }
    const { address, parameters } = addressOf(this.namespace);
    return {
      address,
      title: this.namespace,
      ...(this.namespace === CATCH_ALL ? { description: 'Any namespace that no other channel names.' } : {}),
      ...(parameters === undefined ? {} : { parameters }),
      messages: this.#messages,
      'x-sio': { namespace: this.namespace, takesOtherEvents: hooks.includes('onUnhandled') },
    };
  }

  get #self(): Reference {
    return { $ref: `#/channels/${this.id}` };
  }

  #receive({ event, accepts, answers, guards, allowed, source }: SurfaceEvent): void {
    const what = `${this.namespace}, the event ${JSON.stringify(event)} of ${this.surface.name}`;
    const place = `${this.id}.client.${event}`;
    const message = this.#message(`client.${event}`, {
      name: event,
      title: event,
      payload: this.schemas.payload(accepts, 'input', place, what),
    });
    const ack = this.#message(`client.${event}.ack`, {
      name: event,
      title: `${event} (acknowledgement)`,
      payload: this.schemas.payload(answers, 'output', `${place}.ack`, `${what}, its acknowledgement`),
    });
    const restricted = guards > 0 || allowed !== true;
    const description = accessOf(guards, allowed);
    this.#operation(`client.${event}`, {
      action: 'receive',
      title: event,
      summary: `${event} in ${this.namespace}`,
      ...(description === '' ? {} : { description }),
      channel: this.#self,
      messages: [message],
      reply: { channel: this.#self, messages: [ack, { $ref: `${this.#self.$ref}/messages/refusal` }] },
      ...(restricted ? { security: this.#security } : {}),
      'x-sio': { anySpelling: source === 'method', guards, allowed: allowed ?? 'depends' },
    });
  }

  get #security(): Reference[] {
    return this.securitySchemes.map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));
  }

  #message(name: string, message: MessageObject): Reference {
    const id = this.#messageIds.of(name);
    this.#messages[id] = message;
    return { $ref: `${this.#self.$ref}/messages/${id}` };
  }

  #operation(name: string, operation: OperationObject): void {
    const last = operation.messages[0]!.$ref.split('/').pop() ?? name;
    this.operations[`${this.id}.${last}`] = operation;
  }
}

/** A sentence for each check before the method. */
function accessOf(guards: number, allowed: boolean | undefined): string {
  const sentences: string[] = [];
  if (allowed === false) sentences.push('A new connection may not send this event; the server allows it later.');
  if (allowed === undefined) sentences.push('Whether a new connection may send this event depends on the client.');
  if (guards === 1) sentences.push('A guard decides on each call.');
  if (guards > 1) sentences.push(`${guards} guards decide on each call.`);
  return sentences.join(' ');
}

/** `/orders/:id` → `/orders/{id}`. */
function addressOf(namespace: string): Pick<ChannelObject, 'address' | 'parameters'> {
  if (namespace === CATCH_ALL) {
    return { address: '{namespace}', parameters: { namespace: { description: 'The name of the namespace.' } } };
  }
  const names: string[] = [];
  const segments = namespace.split('/').map((segment) => {
    if (!segment.startsWith(':')) return segment.replace(/[{}]/g, encodeURIComponent);
    names.push(segment.slice(1));
    return `{${segment.slice(1)}}`;
  });
  const address = segments.join('/');
  if (names.length === 0) return { address };
  const description = 'One segment of the name of the namespace.';
  return { address, parameters: Object.fromEntries(names.map((name) => [name, { description }])) };
}
