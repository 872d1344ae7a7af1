import { Writable } from 'node:stream';
import { ClientError, type Logger, Namespace } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { type Logger as PinoLogger, pino } from 'pino';
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';

class Failing extends Namespace {
  onBroken() {
    throw new Error('secret');
  }

  onRefused() {
    throw new ClientError('not_now', 'Later');
  }
}

async function break_(logger?: Logger): Promise<void> {
  const { url } = await startServer({ namespaces: { '/chat': Failing }, ...(logger === undefined ? {} : { logger }) });
  const client = connect('4.8.4', `${url}/chat`, { transports: ['websocket'] });
  await client.ask('refused');
  await client.ask('broken');
}

describe('failures without a handler', () => {
  test('are written to stderr, and nothing else is', async () => {
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});
    const others = (['log', 'info', 'warn', 'debug'] as const).map((name) => vi.spyOn(console, name));
    onTestFinished(() => void vi.restoreAllMocks());
    await break_();
    expect(stderr.mock.calls).toEqual([['[sio] event broken in /chat:', new Error('secret')]]);
    for (const other of others) expect(other).not.toHaveBeenCalled();
  });

  test('are all that is printed; other messages of a running server go to a logger only', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const said = (['error', 'log', 'info', 'warn', 'debug'] as const).map((name) => vi.spyOn(console, name));
    onTestFinished(() => {
      process.off('warning', warned);
      vi.restoreAllMocks();
    });
    const { io, url } = await startServer({ legacyBinary: 'drop' });
    const client = connect('0.9.17', url, { transports: ['websocket'] });
    await client.next('connect');
    const heard = client.next('said');
    io.emit('said', Buffer.from('left out'));
    io.emit('said', 'text');
    expect(await heard).toEqual(['text']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).not.toHaveBeenCalled();
    for (const each of said) expect(each).not.toHaveBeenCalled();
  });

  test('go to pino with error, phase, namespace and event as fields', async () => {
    const lines: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(line, _encoding, done) {
        lines.push(JSON.parse(String(line)));
        done();
      },
    });
    await break_(pino({ level: 'debug' }, stream));
    expect(lines).toMatchObject([
      { level: 20, msg: 'event refused in /chat', event: 'refused', err: { message: 'Later' } },
      {
        level: 50,
        msg: 'event broken in /chat',
        phase: 'event',
        namespace: '/chat',
        event: 'broken',
        err: { type: 'Error', message: 'secret', stack: expect.stringContaining('Error: secret') },
      },
    ]);
  });

  test('go to console as it is', async () => {
    const seen: unknown[][] = [];
    const logger = { ...console, error: (...args: unknown[]) => void seen.push(args), debug() {} };
    await break_(logger);
    expect(seen).toEqual([
      [{ err: new Error('secret'), phase: 'event', namespace: '/chat', event: 'broken' }, 'event broken in /chat'],
    ]);
  });

  test('can be passed to the usual loggers without a cast', () => {
    expectTypeOf(console).toExtend<Logger>();
    expectTypeOf<PinoLogger>().toExtend<Logger>();
  });
});
