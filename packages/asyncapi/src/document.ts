/** A JSON Schema of draft 7, as AsyncAPI takes it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A pointer to another part of the document. */
export interface Reference {
  /** Begins with `#/`. */
  readonly $ref: string;
}

/** AsyncAPI's Info Object: the API as a whole. */
export interface Info {
  /** The API's name. */
  readonly title: string;
  /** The API's version, such as `1.4.0`. */
  readonly version: string;
  /** A text, possibly in Markdown. */
  readonly description?: string;
  /** Whatever else AsyncAPI's Info Object takes: `contact`, `license`, `tags`, … */
  readonly [field: string]: unknown;
}

/** One protocol version of a server. */
export interface ServerObject {
  readonly host: string;
  readonly pathname: string;
  readonly protocol: 'ws' | 'wss';
  readonly protocolVersion: string;
  readonly title: string;
  readonly description: string;
  readonly [field: string]: unknown;
}

/** An event, or an acknowledgement. */
export interface MessageObject {
  /** The event's name as it goes over the wire. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** Of the list of arguments. */
  readonly payload: JsonSchema;
}

/** A namespace, or a pattern of namespaces. */
export interface ChannelObject {
  /** Its name, with `{id}` for the parameter `:id`. */
  readonly address: string;
  readonly title: string;
  readonly description?: string;
  readonly messages: Readonly<Record<string, MessageObject | Reference>>;
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  /** The namespace as `socketio()` gets it, and whether it takes events that the document does not list. */
  readonly 'x-sio': { readonly namespace: string; readonly takesOtherEvents: boolean };
}

/** An event in one direction, as the server sees it. */
export interface OperationObject {
  /** `receive`: clients send it. `send`: clients get it. */
  readonly action: 'receive' | 'send';
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
  readonly channel: Reference;
  readonly messages: readonly Reference[];
  /** The acknowledgement that a client may ask for. */
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
  readonly security?: readonly Reference[];
  /** Of an event of clients. `allowed` at first: `depends` when `initialAcl()` decides. */
  readonly 'x-sio'?: {
    readonly anySpelling: boolean;
    readonly guards: number;
    readonly allowed: boolean | 'depends';
  };
}

/** An AsyncAPI document of version 3. */
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
