import ipaddr from 'ipaddr.js';

/** How many connections each address has, and what else is remembered of it while it has any. */
export class ConnectionsPerAddress {
  readonly #limit: number;
  readonly #connections = new Map<string, number>();

  /** @param limit connections of one address. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Addresses that have a connection. */
  get size(): number {
    return this.#connections.size;
  }

  isFull(address: string | undefined): boolean {
    return (this.#connections.get(networkOf(address)) ?? 0) >= this.#limit;
  }

  enter(address: string): void {
    const network = networkOf(address);
    this.#connections.set(network, (this.#connections.get(network) ?? 0) + 1);
  }

  leave(address: string): void {
    const network = networkOf(address);
    const left = (this.#connections.get(network) ?? 0) - 1;
    if (left > 0) this.#connections.set(network, left);
    else this.#connections.delete(network);
  }
}

/** Of eight groups, those that name a network; the others are at its user's choice. */
const NETWORK_GROUPS = 4;

/** As in `203.0.113.7:4001` and `[2001:db8::1]:4001`. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.*)\])(?::\d+)?$/;

/** The unit that counts as one address: of IPv4 the address, of IPv6 the /64 network. */
export function networkOf(address: string | undefined): string {
  if (address === undefined || !address.includes(':')) return address ?? '';
  // Some proxies tell the port as well, which any client may change.
  const withPort = WITH_PORT.exec(address);
  if (withPort !== null) return networkOf(withPort[1] ?? withPort[2]);
  const [plain = ''] = address.split('%', 1);
  if (!ipaddr.IPv6.isValid(plain)) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  // An IPv4 client of a server that listens on IPv6.
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const groups = parsed.parts.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${groups.join(':')}::`;
}
