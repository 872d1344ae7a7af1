/** A JSON Schema of draft 7, the version that AsyncAPI uses. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A reference to another part of the document. */
export interface Reference {
  /** A JSON pointer, which begins with `#/`. */
  readonly $ref: string;
}

/** AsyncAPI's Info Object: the API as a whole. */
export interface Info {
  /** The API's name. */
  readonly title: string;
  /** The API's version, such as `1.4.0`. */
  readonly version: string;
  /** A description, which may contain Markdown. */
  readonly description?: string;
  /** Further members of AsyncAPI's Info Object: `contact`, `license`, `tags`, … */
  readonly [field: string]: unknown;
}

/** A server, for one protocol version. */
export interface ServerObject {
  readonly host: string;
  readonly pathname: string;
  readonly protocol: 'ws' | 'wss';
  readonly protocolVersion: string;
  readonly title: string;
  readonly description: string;
  readonly [field: string]: unknown;
}

/** The message of an event or of an acknowledgement. */
export interface MessageObject {
  /** The event's name in packets. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** The schema of the array of arguments. */
  readonly payload: JsonSchema;
}

/** The channel of a namespace or of a pattern of namespaces. */
export interface ChannelObject {
  /** The namespace's name, with `{id}` for the parameter `:id`. */
  readonly address: string;
  readonly title: string;
  readonly description?: string;
  readonly messages: Readonly<Record<string, MessageObject | Reference>>;
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  /** The namespace's name in `socketio()`, and whether the class accepts events that the document does not list. */
  readonly 'x-sio': { readonly namespace: string; readonly takesOtherEvents: boolean };
}

/** The operation of an event, from the server's point of view. */
export interface OperationObject {
  /** `receive` for events that clients send, `send` for events that clients receive. */
  readonly action: 'receive' | 'send';
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
  readonly channel: Reference;
  readonly messages: readonly Reference[];
  /** The acknowledgement, if a client asks for one. */
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
  readonly security?: readonly Reference[];
  /**
   * Access to an event of clients: whether a new connection is `allowed` to send it (`depends` if `initialAcl()` decides), the number of
   * `guards`, and whether `anySpelling` of its name is accepted.
   */
  readonly 'x-sio'?: {
    readonly anySpelling: boolean;
    readonly guards: number;
    readonly allowed: boolean | 'depends';
  };
}

/** An AsyncAPI 3 document. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Info;
  readonly defaultContentType: 'application/json';
  readonly servers: Readonly<Record<string, ServerObject>>;
  readonly channels: Readonly<Record<string, ChannelObject>>;
  readonly operations: Readonly<Record<string, OperationObject>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly messages: Readonly<Record<string, MessageObject>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}
