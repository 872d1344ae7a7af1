import { type JsonCodec, Namespace, Server } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { Decimal128, EJSON, ObjectId } from 'bson';
import { Adapter } from 'socket.io-adapter';
import * as msgpack from 'socket.io-msgpack-parser';
import * as json from 'socket.io-parser';
import { describe, expect, it } from 'vitest';

/*
 * MongoDB's extended JSON writes a date as `{"$date":"…"}`. The official clients are as they come, so that they see what is on
 * the wire; the server has the values.
 */
const DAY = 86_400_000;
const NOON = '2026-03-01T12:00:00Z';
const NEXT_NOON = '2026-03-02T12:00:00Z';
const OID = '0123456789abcdef01234567';
const TEXT = 'žluť 漢字 \u2028😀';

class Ledger extends Namespace {
  onTomorrow(date: Date, text: string) {
    if (!(date instanceof Date)) throw new Error('no date has come');
    const tomorrow = new Date(date.getTime() + DAY);
    this.nsp.emit('booked', tomorrow, Decimal128.fromString('1.10'), text);
    return { tomorrow, text };
  }

  async onOwner() {
    const [owner] = (await this.emitWithAck('who', new ObjectId(OID))) as [ObjectId];
    return owner instanceof ObjectId && owner.toHexString();
  }

  onFile({ bytes, at }: { bytes: Buffer; at: Date }) {
    this.nsp.emit('filed', { bytes, at });
    return [bytes.length, at instanceof Date];
  }
}

interface Peer {
  readonly version: Version;
  readonly transports: string[];
}

const PEERS: readonly Peer[] = (['4.8.4', '3.1.3', '2.5.0', '1.7.4', '1.4.8', '0.9.17'] as const).flatMap((version) => {
  const polling = version === '0.9.17' ? 'xhr-polling' : 'polling';
  return [
    { version, transports: ['websocket'] },
    { version, transports: [polling] },
  ];
});

describe.each(PEERS)('JSON of your own, with client $version over $transports', ({ version, transports }) => {
  const BYTES = Buffer.from([0, 1, 0x80, 0xff]);
  const inline = { _base64: BYTES.toString('base64') };
  const bytes = version === '0.9.17' ? inline : BYTES;

  async function open() {
    const { io, url } = await startServer({ namespaces: { '/ledger': Ledger }, json: EJSON });
    const client = connect(version, `${url}/ledger`, { transports });
    await client.next('connect');
    return { io, client };
  }

  it('reads and writes events, acknowledgements and broadcasts', async () => {
    const { client } = await open();
    const booked = client.next('booked');
    expect(await client.ask('tomorrow', { $date: NOON }, TEXT)).toEqual([
      { tomorrow: { $date: NEXT_NOON }, text: TEXT },
    ]);
    expect(await booked).toEqual([{ $date: NEXT_NOON }, { $numberDecimal: '1.10' }, TEXT]);
  });

  it('reads and writes questions of the server and their answers', async () => {
    const { client } = await open();
    client.on('who', (id: unknown, answer: (value: unknown) => void) => answer([id]));
    expect(await client.ask('owner')).toEqual([OID]);
  });

  it('does not change bytes beside it', async () => {
    const { client } = await open();
    const filed = client.next('filed');
    expect(await client.ask('file', { bytes, at: { $date: NOON } })).toEqual([[4, true]]);
    expect(await filed).toEqual([{ bytes, at: { $date: NOON } }]);
  });
});

describe('JSON of your own', () => {
  it('writes why a client is refused', async () => {
    const { io, url } = await startServer({ json: EJSON });
    io.of('/closed').use((_socket, next) => next(Object.assign(new Error('closed'), { data: { until: new Date(0) } })));
    const until = { until: { $date: '1970-01-01T00:00:00Z' } };
    const newest = connect('4.8.4', `${url}/closed`, { transports: ['websocket'] });
    const [error] = await newest.next('connect_error');
    expect(error).toMatchObject({ message: 'closed', data: until });
    const older = connect('2.5.0', `${url}/closed`, { transports: ['websocket'] });
    expect(await older.next('error')).toEqual([until]);
    const oldest = connect('0.9.17', `${url}/closed`, { transports: ['websocket'] });
    await new Promise<void>((resolve) =>
      oldest.on(
        'error',
        (_name: string, ...rest) => rest.length > 0 && resolve(expect(rest).toEqual(['closed', until])),
      ),
    );
  });

  it.each<Version>(['4.8.4', '3.1.3'])('reads how client %s identifies itself', async (version) => {
    const { io, url } = await startServer({ json: EJSON });
    const came = new Promise((resolve) => io.on('connection', ({ handshake }) => resolve(handshake.auth.born)));
    connect(version, url, { transports: ['websocket'], auth: { born: { $date: NOON } } });
    expect(await came).toEqual(new Date(NOON));
  });

  it.each<Version>(['4.8.4', '2.5.0', '0.9.17'])('writes and reads what send() sends to client %s', async (version) => {
    const { io, url } = await startServer({ json: EJSON });
    io.on('connection', (socket) => socket.on('message', (date: Date) => socket.send(new Date(date.getTime() + DAY))));
    const client = connect(version, url, { transports: ['websocket'] });
    await client.next('connect');
    const said = client.next('message');
    // The client of 0.9 says with another method that it is JSON.
    if (version === '0.9.17') client.raw.json.send({ $date: NOON });
    else client.send({ $date: NOON });
    expect((await said)[0]).toEqual({ $date: NEXT_NOON });
  });

  it('applies to clients of 0.9 only if a parser is set for the others', async () => {
    const { io, url } = await startServer({ json: EJSON, parser: json });
    const written = { newest: new Date(0).toJSON(), oldest: { $date: '1970-01-01T00:00:00Z' } };
    const newest = connect('4.8.4', url, { transports: ['websocket'] });
    const oldest = connect('0.9.17', url, { transports: ['websocket'] });
    await Promise.all([newest.next('connect'), oldest.next('connect')]);
    const heard = [newest.next('now'), oldest.next('now')];
    io.emit('now', new Date(0));
    expect(await Promise.all(heard)).toEqual([[written.newest], [written.oldest]]);
  });

  it('applies to its server only, and not to the handshake of Engine.IO', async () => {
    const written: unknown[] = [];
    const noting = { stringify: (value: unknown) => JSON.stringify(written.push(value) && value), parse: EJSON.parse };
    const kinds = [await startServer(), await startServer({ json: noting })].map(async ({ io, url }) => {
      io.on('connection', (socket) => socket.on('kind', (at, answer) => answer(at instanceof Date)));
      const client = connect('4.8.4', url, { transports: ['websocket'] });
      await client.next('connect');
      return client.ask('kind', { $date: NOON });
    });
    expect(await Promise.all(kinds)).toEqual([[false], [true]]);
    expect(written).not.toContainEqual(expect.objectContaining({ pingInterval: expect.any(Number) }));
  });

  it('does not apply to clients that speak MessagePack', async () => {
    const { io, url } = await startServer({ json: EJSON });
    io.on('connection', (socket) => socket.on('echo', (value, answer) => answer(value)));
    const client = connect('4.8.4', url, { transports: ['websocket'], parser: msgpack });
    expect(await client.ask('echo', { $date: NOON })).toEqual([{ $date: NOON }]);
  });

  it('encodes a broadcast once for Engine.IO and once for 0.9, and decodes what an adapter has copied', async () => {
    let written = 0;
    const counting: JsonCodec = {
      stringify(value) {
        if (JSON.stringify(value).includes('news')) written++;
        return EJSON.stringify(value);
      },
      parse: (text) => EJSON.parse(text),
    };
    const copying = (hub: object) => {
      const adapter = new Adapter(hub) as unknown as { _encode(...args: unknown[]): unknown[] };
      const encode = adapter._encode.bind(adapter);
      adapter._encode = (...args) => (copies ? [...encode(...args)] : encode(...args));
      return adapter as never;
    };
    let copies = false;
    const { io, url } = await startServer({ json: counting, adapter: copying });
    const versions = ['4.8.4', '4.8.4', '2.5.0', '2.5.0', '0.9.17', '0.9.17'] as const;
    const clients = versions.map((version) => connect(version, url, { transports: ['websocket'] }));
    await Promise.all(clients.map((client) => client.next('connect')));
    for (copies of [false, true]) {
      written = 0;
      const heard = clients.map((client) => client.next('news'));
      io.emit('news', new Date(NOON));
      expect(await Promise.all(heard)).toEqual(versions.map(() => [{ $date: NOON }]));
      if (!copies) expect(written).toBe(2);
    }
  });

  it.each([
    [{}, 'one without them'],
    [{ parse: JSON.parse }, 'one without them'],
    [{ stringify: 'JSON', parse: JSON.parse }, 'one without them'],
    [null, 'null'],
    ['EJSON', '"EJSON"'],
  ])('that is invalid is refused when the server is made: %j', (option, shown) => {
    const make = () => new Server({ json: option as never });
    expect(make).toThrow(
      expect.objectContaining({
        code: 'SIO_OPTION_VALUE',
        message: `option json must be an object with the functions stringify and parse, not ${shown}`,
      }),
    );
  });
});
