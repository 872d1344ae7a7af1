/** Whether the server answers to a host, as in a `Host` header; undefined where a request has none. */
export type HostCheck = (host: string | undefined) => boolean;

/** A name or an address, and a port if the entry has one. */
const PARTS = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/;

interface Entry {
  readonly name: string;
  /** All names that end with this, which begins with a dot, belong to the entry too. */
  readonly suffix: string | undefined;
  /** Any, unless it is given. */
  readonly port: string | undefined;
}

/**
 * The names of the option `allowedHosts`. A page of another site can let a name of its own point to this server (DNS rebinding); its
 * requests then have that name as their host, and as their origin.
 */
export function hostCheck(allowed: readonly string[]): HostCheck {
  const entries = allowed.map(entryOf);
  return (host) => {
    const [, given = '', port = ''] = PARTS.exec(host?.toLowerCase() ?? '') ?? [];
    if (given === '') return false;
    // A name may be written with its root.
    const name = given.endsWith('.') ? given.slice(0, -1) : given;
    return entries.some((entry) => (entry.port ?? port) === port && isOf(entry, name));
  };
}

function entryOf(allowed: string): Entry {
  const [, name = '', port] = PARTS.exec(allowed.toLowerCase()) ?? [];
  return name.startsWith('.') ? { name: name.slice(1), suffix: name, port } : { name, suffix: undefined, port };
}

function isOf({ name, suffix }: Entry, given: string): boolean {
  return given === name || (suffix !== undefined && given.endsWith(suffix));
}
