import { createServer } from 'node:http';
import { type Logger, type OptionError, Server, type ServerOptions } from '@sio/core';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Made, not attached: options are looked at before anybody can connect. */
function made(options: object): Server {
  const io = new Server(options as ServerOptions);
  onTestFinished(() => io.close());
  return io;
}

function refusal(make: () => unknown): OptionError {
  try {
    make();
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was thrown');
}

/** What a server with these options says to its logger. */
function warnings(options: object): unknown[] {
  const told: unknown[] = [];
  const nothing = () => {};
  const logger: Logger = { error: nothing, warn: (what) => void told.push(what), info: nothing, debug: nothing };
  made({ ...options, logger });
  return told;
}

describe('a server is not made with', () => {
  it.each<[object, string]>([
    [{ pingInterval: -1 }, 'option pingInterval: a number above 0 is expected, not -1'],
    [{ pingTimeout: Number.NaN }, 'option pingTimeout: a number above 0 is expected, not NaN'],
    [{ pingInterval: [25, 5] }, 'option pingInterval: a number above 0 is expected, not 25,5'],
    [{ upgradeTimeout: 0 }, 'option upgradeTimeout: a number above 0 is expected, not 0'],
    [{ upgradeTimeout: 'soon' }, 'option upgradeTimeout: a number above 0 is expected, not soon'],
    [{ pingTimeout: Number.POSITIVE_INFINITY }, 'option pingTimeout: timers take at most 2147483647 ms'],
    [{ pingGrace: -1 }, 'option pingGrace: a number, at least 0, is expected, not -1'],
    [{ pingGrace: Number.NaN }, 'option pingGrace: a number, at least 0, is expected, not NaN'],
    [{ connectTimeout: -1 }, 'option connectTimeout: a number, at least 0, is expected, not -1'],
    [{ handshakeTimeout: 0 }, 'option handshakeTimeout: a number above 0 is expected, not 0'],
    [{ legacyCloseTimeout: '' }, 'option legacyCloseTimeout: a number above 0 is expected, not '],
    [{ maxHttpBufferSize: -1 }, 'option maxHttpBufferSize: a number above 0 is expected, not -1'],
    [{ maxAttachments: Number.NaN }, 'option maxAttachments: a number above 0 is expected, not NaN'],
    [{ connectionStateRecovery: { maxPackets: -1 } }, 'option connectionStateRecovery.maxPackets'],
    [{ transports: [] }, 'option transports: a list of'],
    [{ transports: ['carrier-pigeon'] }, 'option transports: a list of'],
    [{ generations: ['eio5'] }, 'option generations: a list of'],
    [{ path: 'socket.io' }, 'option path: a path that begins with a slash is expected, not socket.io'],
    [{ path: '/socket.io?x' }, 'option path: a path that begins with a slash'],
    [{ path: 7 }, 'option path: a path that begins with a slash'],
    [{ cookie: { name: 'a b' } }, 'option cookie: '],
    [{ allowRequest: 'all' }, 'option allowRequest: a function is expected'],
    [{ adapter: {} }, 'option adapter: a function is expected'],
    [{ legacyTransports: ['pigeon'] }, 'option legacyTransports: some of'],
  ])('%j', (options, text) => {
    const error = refusal(() => made(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'OptionError', code: 'SIO_OPTION_VALUE' });
    expect(error.message).toContain(text);
  });

  it.each<[object, string]>([
    [{ generations: ['eio3'], allowEIO3: false }, 'option generations: no client is left'],
    [{ legacyPollingDuration: 60_000 }, 'option legacyPollingDuration: above 0 and below legacyCloseTimeout'],
    [{ legacyTransports: ['websocket'], transports: ['polling'] }, 'option legacyTransports: the option transports'],
    [{ generations: ['0.9'], transports: ['webtransport'] }, 'option legacyTransports: the option transports'],
  ])('options that contradict each other: %j', (options, text) => {
    const error = refusal(() => made(options));
    expect(error).toMatchObject({ code: 'SIO_OPTION_CONFLICT' });
    expect(error.message).toContain(text);
  });

  it('a path set later that no request can ask for', () => {
    expect(() => made({}).path('chat')).toThrow('option path');
  });
});

it('options given to attach() are looked at in the same way', () => {
  const error = refusal(() => made({}).attach(createServer(), { pingTimeout: -1 }));
  expect(error).toMatchObject({ code: 'SIO_OPTION_VALUE' });
});

describe('a server is made with', () => {
  it.each<[object]>([
    [{ pingInterval: undefined, transports: undefined, path: undefined, legacyCloseTimeout: undefined }],
    [{ allowRequest: null, adapter: null }],
    [{ connectTimeout: 0, pingGrace: 0 }],
    [{ path: '' }],
    [{ path: '/' }],
    [{ path: '/a/b/' }],
    [{ maxHttpBufferSize: Number.POSITIVE_INFINITY }],
    [{ whatever: 1 }],
  ])('%j', (options) => {
    expect(() => made(options).attach(createServer())).not.toThrow();
  });

  it('numbers that are texts, as in the environment', () => {
    const io = made({ connectTimeout: '1000', pingInterval: '5000', maxHttpBufferSize: '1e6' });
    expect(io.connectTimeout()).toBe(1000);
    expect(io.attach(createServer()).engine.opts).toMatchObject({ pingInterval: 5000, maxHttpBufferSize: 1_000_000 });
  });

  it('a transport that is no list, and without those that do not exist, which is told', () => {
    expect(made({ transports: 'websocket' }).attach(createServer()).engine.opts.transports).toEqual(['websocket']);
    expect(warnings({ transports: ['websocket', 'xhr-polling'] })).toEqual([
      'option transports: there is no transport xhr-polling',
    ]);
  });
});

describe('the logger is warned of', () => {
  it.each([
    ['pingTimout', 'pingTimeout'],
    ['PingInterval', 'pingInterval'],
    ['max_http_buffer_size', 'maxHttpBufferSize'],
    ['transport', 'transports'],
    ['conectionStateRecovry', 'connectionStateRecovery'],
  ])('%s, which looks like %s', (name, meant) => {
    expect(warnings({ [name]: 1 })).toEqual([`option ${name} is unknown: is ${meant} meant?`]);
  });

  it('origins, which were an option until socket.io 3', () => {
    expect(warnings({ origins: '*' })).toEqual([
      'option origins has no effect: origins are let in by cors or allowedOrigins',
    ]);
  });

  it('nothing else: other names are somebody else’s, and no name of ours is taken for another', () => {
    expect(warnings({ key: '', cert: '', port: 1, hostname: 'x', pingInterval: 5, path: '/x', cors: true })).toEqual(
      [],
    );
  });
});
