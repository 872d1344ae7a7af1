import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type Logger, type OptionError, Server, type ServerOptions } from '@sio/core';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Made, not attached: options are looked at before anybody can connect. */
function made(options: object): Server {
  const io = new Server(options as ServerOptions);
  onTestFinished(() => io.close());
  return io;
}

const check = () => true;
const nothing = () => {};
const silent: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
/** Every option that there is. */
const OPTIONS = documented(readFileSync(new URL('../../../../docs/options.md', import.meta.url), 'utf8'));

function documented(page: string): string[] {
  const [table = ''] = page.split(/^## /m);
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name as string);
}

function refusal(make: () => unknown): OptionError {
  try {
    make();
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was thrown');
}

/** Messages of a server with these options to its logger. */
function warnings(options: object): unknown[] {
  const told: unknown[] = [];
  made({ ...options, logger: { ...silent, warn: (what: unknown) => void told.push(what) } });
  return told;
}

describe('a server is not made with', () => {
  it.each<[object, string]>([
    [{ pingInterval: -1 }, 'option pingInterval must be a number above 0, not -1'],
    [{ pingTimeout: Number.NaN }, 'option pingTimeout must be a number above 0, not NaN'],
    [{ pingInterval: [25, 5] }, 'option pingInterval must be a number above 0, not a list'],
    [{ upgradeTimeout: 0 }, 'option upgradeTimeout must be a number above 0, not 0'],
    [{ upgradeTimeout: 'soon' }, 'option upgradeTimeout must be a number above 0, not "soon"'],
    [{ pingTimeout: Number.POSITIVE_INFINITY }, 'option pingTimeout must be at most 2147483647 ms, not Infinity'],
    [{ pingGrace: -1 }, 'option pingGrace must be a number of at least 0, not -1'],
    [{ pingGrace: Number.NaN }, 'option pingGrace must be a number of at least 0, not NaN'],
    [{ connectTimeout: -1 }, 'option connectTimeout must be a number of at least 0, not -1'],
    [{ handshakeTimeout: 0 }, 'option handshakeTimeout must be a number above 0, not 0'],
    [{ legacyCloseTimeout: '' }, 'option legacyCloseTimeout must be a number above 0, not ""'],
    [{ maxHttpBufferSize: -1 }, 'option maxHttpBufferSize must be a number above 0, not -1'],
    [{ maxAttachments: Number.NaN }, 'option maxAttachments must be a number above 0, not NaN'],
    [{ connectionStateRecovery: { maxPackets: -1 } }, 'option connectionStateRecovery.maxPackets'],
    [{ transports: [] }, 'option transports must be a list of polling, websocket, webtransport, not an empty list'],
    [{ transports: ['pigeon'] }, 'option transports must be a list of polling, websocket, webtransport, not "pigeon"'],
    [{ generations: ['eio4', 'eio5'] }, 'option generations must be a list of eio4, eio3, 0.9, not "eio5"'],
    [{ generations: 'eio4' }, 'option generations must be a list of eio4, eio3, 0.9, not "eio4"'],
    [{ path: 'socket.io' }, 'option path must be a path that begins with a slash, not "socket.io"'],
    [{ path: '/socket.io?x' }, 'option path must be a path that begins with a slash, not "/socket.io?x"'],
    [{ path: 7 }, 'option path must be a path that begins with a slash, not 7'],
    [{ cookie: { name: 'a b' } }, 'option cookie: '],
    [{ allowRequest: 'all' }, 'option allowRequest must be a function, not "all"'],
    [{ adapter: {} }, 'option adapter must be a function, not an object'],
    [{ legacyTransports: ['pigeon'] }, 'xhr-multipart, xhr-polling, jsonp-polling, not "pigeon"'],
    [{ legacyTransports: 'websocket' }, 'option legacyTransports must be a list of '],
    [{ guards: [true] }, 'option guards must be a list of functions (socket, attempt) => decision, not true'],
    [{ guards: () => true }, 'option guards must be a list of functions (socket, attempt) => decision, not a function'],
    [{ auth: {} }, 'option auth.check must be a function (socket, auth, occasion) => decision, not undefined'],
    [{ auth: { check, recheckInterval: -1 } }, 'option auth.recheckInterval must be a number of at least 0, not -1'],
    [{ auth: { check, renewEvent: 7 } }, 'option auth.renewEvent must be the name of an event, not 7'],
    [{ rateLimits: { joins: { burst: 1 } } }, 'option rateLimits.joins must be { burst, perSecond } with both above 0'],
    [
      { rateLimits: { connection: null } },
      'option rateLimits.connection must be { burst, perSecond } with both above 0, not null',
    ],
    [{ rateLimits: { address: { burst: 0, perSecond: 1 } } }, 'with both above 0, not { burst: 0, perSecond: 1 }'],
    [{ rateLimits: { events: { say: { burst: 1, perSecond: 0 } } } }, 'option rateLimits.events.say must be { burst'],
    [
      { rateLimits: { events: { say: { cost: -1 } } } },
      'option rateLimits.events.say.cost must be a number of at least 0, not -1',
    ],
    [{ rateLimits: { closeAfter: 0 } }, 'option rateLimits.closeAfter must be a number above 0, not 0'],
    [{ drain: { deadline: -1 } }, 'option drain.deadline must be a number of at least 0, not -1'],
    [{ connectionStateRecovery: { offeredTo: true } }, 'option connectionStateRecovery.offeredTo must be a function'],
  ])('%j', (options, text) => {
    const error = refusal(() => made(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'OptionError', code: 'SIO_OPTION_VALUE' });
    expect(error.message).toContain(text);
  });

  it.each<[object, string]>([
    [{ generations: ['eio3'], allowEIO3: false }, 'option generations: no client is left'],
    [
      { legacyPollingDuration: 60_000 },
      'option legacyPollingDuration must be above 0 and below legacyCloseTimeout (60000 ms), not 60000',
    ],
    [{ legacyTransports: ['websocket'], transports: ['polling'] }, 'option legacyTransports: the option transports'],
    [{ generations: ['0.9'], transports: ['webtransport'] }, 'option legacyTransports: the option transports'],
  ])('options that contradict each other: %j', (options, text) => {
    const error = refusal(() => made(options));
    expect(error).toMatchObject({ code: 'SIO_OPTION_CONFLICT' });
    expect(error.message).toContain(text);
  });

  const NONSENSE = [null, 5, -1, Number.NaN, 10n, 'x', Symbol('x'), true, false, {}, [], [5], { x: 1 }, () => {}];
  // The results of such functions are the application's.
  const MAKERS = ['adapter', 'wsEngine'];
  it.each(OPTIONS)('whatever %s: it works, or the error has a code', (name) => {
    for (const value of NONSENSE) {
      if (typeof value === 'function' && MAKERS.includes(name)) continue;
      try {
        made({ logger: silent, [name]: value }).attach(createServer());
      } catch (error) {
        expect(error).toMatchObject({ name: 'OptionError', code: expect.stringMatching(/^SIO_OPTION_/) });
      }
    }
  });

  it('a path set later that no request can ask for', () => {
    expect(() => made({}).path('chat')).toThrow('option path');
  });
});

it('options given to attach() are checked in the same way', () => {
  const error = refusal(() => made({}).attach(createServer(), { pingTimeout: -1 }));
  expect(error).toMatchObject({ code: 'SIO_OPTION_VALUE' });
});

describe('a server is made with', () => {
  it.each<[object]>([
    [{ pingInterval: undefined, transports: undefined, path: undefined, legacyCloseTimeout: undefined }],
    [{ allowRequest: null, adapter: null, cors: null, guards: null, cookie: null, auth: null }],
    [{ wsEngine: false, errorHandler: 0 }],
    [{ connectTimeout: 0, pingGrace: 0 }],
    [{ path: '' }],
    [{ path: '/' }],
    [{ path: '/a/b/' }],
    [{ maxHttpBufferSize: Number.POSITIVE_INFINITY }],
    [{ whatever: 1 }],
  ])('%j', (options) => {
    expect(() => made(options).attach(createServer())).not.toThrow();
  });

  it('numbers as text, as in the environment', () => {
    const io = made({ connectTimeout: '1000', pingInterval: '5000', maxHttpBufferSize: '1e6' });
    expect(io.connectTimeout()).toBe(1000);
    expect(io.attach(createServer()).engine.opts).toMatchObject({ pingInterval: 5000, maxHttpBufferSize: 1_000_000 });
  });

  it('a transport without a list, and without unknown transports, which causes a warning', () => {
    expect(made({ transports: 'websocket' }).attach(createServer()).engine.opts.transports).toEqual(['websocket']);
    expect(warnings({ transports: ['websocket', 'xhr-polling'] })).toEqual([
      'option transports: there is no transport "xhr-polling"',
    ]);
  });
});

describe('without a logger', () => {
  /** What Node has warned of by the time that it warns of `last`. */
  function nodeWarnings(last: string, make: () => void): Promise<NodeJS.ErrnoException[]> {
    const seen: NodeJS.ErrnoException[] = [];
    return new Promise((resolve) => {
      const note = (warning: Error) => {
        seen.push(warning);
        if (!warning.message.includes(last)) return;
        process.off('warning', note);
        resolve(seen);
      };
      process.on('warning', note);
      make();
    });
  }

  it('Node warns of options without effect, once for each mistake', async () => {
    const seen = await nodeWarnings('pingGrade', () => {
      for (let n = 0; n < 3; n++) made({ pingIntervall: 1, origins: '*', transports: ['polling', 'pigeon'] });
      made({}).attach(createServer(), { pingGrade: 1 } as object);
    });
    expect(seen.map(({ name }) => name)).toEqual(Array(4).fill('SioWarning'));
    expect(seen.map(({ code, message }) => [code, message])).toEqual([
      ['SIO_OPTION_TRANSPORT_UNKNOWN', 'option transports: there is no transport "pigeon"'],
      ['SIO_OPTION_WITHOUT_EFFECT', 'option origins has no effect: origins are let in by cors or allowedOrigins'],
      ['SIO_OPTION_MISSPELT', 'option pingIntervall is unknown: is pingInterval meant?'],
      ['SIO_OPTION_MISSPELT', 'option pingGrade is unknown: is pingGrace meant?'],
    ]);
  });

  it('Node does not warn if there is a logger, which is told each time', async () => {
    const seen = await nodeWarnings('pingGrabe', () => {
      expect(warnings({ pingTimeoute: 1 })).toEqual(warnings({ pingTimeoute: 1 }));
      made({ pingGrabe: 1 });
    });
    expect(seen).toHaveLength(1);
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

  it('no other names: unknown names are ignored, and known names do not count as misspelt', () => {
    expect(warnings({ key: '', cert: '', port: 1, hostname: 'x', pingInterval: 5, path: '/x', cors: true })).toEqual(
      [],
    );
  });
});
