import { type Logger, Namespace } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { printable, printableLines } from '../../src/internal/printable.js';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
/** Clears the screen, goes to the next line, and ends a hyperlink; then the same in the other block of controls, and two marks of direction. */
const EVIL = 'a\x1b[2J\r\nsio:event forged\x07\x9b31m\u2028\u202e\u200b';
const ESCAPED = 'a\\x1b[2J\\r\\nsio:event forged\\x07\\x9b31m\\u2028\\u202e\\u200b';
const RAW = /[\p{Cc}\p{Zl}\p{Zp}\u202e]/u;

class Failing extends Namespace {
  onUnhandled(event: string) {
    throw new Error(`cannot do ${event}`);
  }
}

describe.each(VERSIONS)('an event name of a client %s with escape sequences', (version) => {
  test('is written as escapes by the default logger', async () => {
    const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const { url } = await startServer({ namespaces: { '/': Failing } });
    await connect(version, url, { transports: ['websocket'] }).ask(EVIL);
    const [message, error] = stderr.mock.calls[0] as [string, string];
    expect(message).toBe(`[sio] event ${ESCAPED} in /:`);
    expect(error).toContain(`Error: cannot do ${ESCAPED.replace('\\n', '\n')}`);
    expect(error.replaceAll('\n', '')).not.toMatch(RAW);
  });

  test('is written as escapes in the text that a logger of the application gets', async () => {
    const texts: string[] = [];
    const note = (_details: unknown, text?: string) => void texts.push(String(text));
    const logger: Logger = { error: note, warn: note, info: note, debug: note };
    const { url } = await startServer({ namespaces: { '/': Failing }, logger });
    await connect(version, url, { transports: ['websocket'] }).ask(EVIL);
    expect(texts).toEqual([`event ${ESCAPED} in /`]);
  });
});

test('a printable text is not changed', () => {
  const text = 'Grüße, мир, 世界 👋 "quoted" \\ back';
  expect([printable(text), printableLines(`${text}\n\tat x`)]).toEqual([text, `${text}\n\tat x`]);
});
