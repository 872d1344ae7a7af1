import { Namespace } from '@sio/core';
import { Decoder, Encoder } from 'socket.io-parser';
import { expect, test } from 'vitest';
import { connect, type Version } from './support/clients.js';
import { startClasses } from './support/server.js';

/** JSON in which whole numbers of any size survive. */
const replacer = (_key: string, value: unknown) => (typeof value === 'bigint' ? `bigint:${value}` : value);
const reviver = (_key: string, value: unknown) =>
  typeof value === 'string' && value.startsWith('bigint:') ? BigInt(value.slice(7)) : value;

const parser = {
  Encoder: class extends Encoder {
    constructor() {
      super(replacer);
    }
  },
  Decoder: class extends Decoder {
    constructor() {
      super(reviver);
    }
  },
};

class Sums extends Namespace {
  onDouble(n: bigint) {
    this.nsp.emit('doubled', n * 2n);
    return n * 2n;
  }
}

test.each<Version>(['4.8.4', '3.1.3'])(
  'JSON can be written and read in ways of your own, with clients %s',
  async (version) => {
    const { url } = await startClasses({ '/': Sums }, { parser });
    const client = connect(version, url, { transports: ['websocket'], parser });
    const doubled = client.next('doubled');
    expect(await client.ask('double', 2n ** 70n)).toEqual([2n ** 71n]);
    expect(await doubled).toEqual([2n ** 71n]);
  },
);
