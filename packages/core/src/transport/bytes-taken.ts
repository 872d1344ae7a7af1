/** Fields in which Node itself looks for progress when a socket's timeout has come. There is no public way. */
interface Written {
  readonly _handle?: { readonly bytesWritten?: number; readonly writeQueueSize?: number } | null;
}

/** Bytes that the system has taken of what is being written to `socket`; -1 while it has taken everything. Only good to compare. */
export function bytesTakenOf(socket: object | null): number {
  const handle = (socket as Written | null)?._handle;
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return writeQueueSize === 0 ? -1 : (bytesWritten - writeQueueSize) & 0x3fff_ffff;
}
