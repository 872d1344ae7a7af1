import type { Msg, NatsConnection, PublishOptions } from 'nats';

/** A place between a link and its nats-server, where a test changes messages. */
export interface Between {
  /** Changes a message that is published. */
  published?(message: Published): Published;
  /** Passes on a message that has come, or another one. */
  arrived?(message: Msg, pass: (message: Msg) => void): void;
}

/** A message on its way to the server. */
export interface Published {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly options: PublishOptions | undefined;
}

/** A connection whose messages pass through a function of the test. */
export function between(connection: NatsConnection, { published, arrived }: Between): NatsConnection {
  const publish: NatsConnection['publish'] = (subject, payload, options) => {
    const message = { subject, payload: payload as Uint8Array, options };
    const sent = published?.(message) ?? message;
    connection.publish(sent.subject, sent.payload, sent.options);
  };
  const subscribe: NatsConnection['subscribe'] = (subject, options) => {
    const callback = options?.callback;
    return connection.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        const pass = (each: Msg) => callback?.(error, each);
        if (arrived === undefined || error) pass(message);
        else arrived(message, pass);
      },
    });
  };
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'publish') return publish;
      if (name === 'subscribe') return subscribe;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
