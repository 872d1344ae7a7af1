// Loaded before everything else, so that an old Node is told what it lacks instead of failing somewhere inside.
const MINIMUM = [20, 19] as const;

/** @throws Error for a Node older than the oldest supported one. Other runtimes tell the version of Node that they follow. */
export function assertSupportedNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new Error(`@sio/core needs Node ${MINIMUM.join('.')} or newer; this is v${version}`);
}

assertSupportedNode(process.versions.node);
