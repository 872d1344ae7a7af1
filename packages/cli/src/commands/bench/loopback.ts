import { lookup } from 'node:dns/promises';
import { BlockList } from 'node:net';
import { failureOf } from '../../failure.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether all addresses of a host are this machine's.
 *
 * @throws Failure when the name is unknown
 */
export async function isLoopback(origin: string): Promise<boolean> {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.every(({ address, family }) => loopback.check(address, family === 6 ? 'ipv6' : 'ipv4'));
  } catch (error) {
    throw failureOf(error, origin);
  }
}
