/** What Node itself looks at to tell whether a socket's timeout has come: there is nothing public for it. */
interface Written {
  readonly _handle?: { readonly bytesWritten?: number; readonly writeQueueSize?: number } | null;
}

/** Bytes that the system has taken of what is being written to `socket`; -1 while it has taken everything. Only good to compare. */
export function bytesTakenOf(socket: object | null): number {
  const handle = (socket as Written | null)?._handle;
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return writeQueueSize === 0 ? -1 : (bytesWritten - writeQueueSize) & 0x3fff_ffff;
}
