/** The namespace refused the client. */
export class ConnectRefused extends Error {
  /** The class. */
  override readonly name = 'ConnectRefused';
  /** The data that the server sent with the message. */
  readonly data: unknown;

  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

/** An acknowledgement or event did not come: the client was disconnected, or five seconds have passed. */
export class CallFailed extends Error {
  /** The class. */
  override readonly name = 'CallFailed';
}
