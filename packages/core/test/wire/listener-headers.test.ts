import type { ServerOptions } from '@sio/core';
import { bystander, failOnStrayErrors, RawTcpClient, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { EVERY_TRANSPORT, PROTOCOL_REQUESTS, type ProtocolRequest } from './http-requests.js';

failOnStrayErrors();

/** Headers that no HTTP message can carry. */
const INVALID: Record<string, Record<string, unknown>> = {
  'a value with a line break': { 'x-said': 'hello\r\nX-Injected: yes' },
  'a value with a NUL': { 'x-said': 'hello\0' },
  'a value beyond Latin-1': { 'x-said': '✓' },
  'one value of several with a line break': { 'x-said': ['hello', 'there\r\nX-Injected: yes'] },
  'a name with a line break': { 'x-said\r\nX-Injected: yes\r\nx': 'hello' },
  'a name with a blank': { 'x said': 'hello' },
  'an empty name': { '': 'hello' },
  'no value': { 'x-said': undefined },
  'a value that cannot be written': { 'x-said': Symbol('hello') },
};

async function play(request: ProtocolRequest, event: string, headers: Record<string, unknown>) {
  const reports: unknown[][] = [];
  const note = (...what: unknown[]) => void reports.push(what);
  const logger = { error: note, warn: () => {}, info: () => {}, debug: () => {} };
  const server = await startEcho({ ...EVERY_TRANSPORT, logger } as unknown as ServerOptions);
  const other = await bystander(server);
  const lines = await request.lines(server);
  server.io.engine.on(event, (given: Record<string, unknown>) => Object.assign(given, headers, { 'x-good': 'yes' }));
  const client = new RawTcpClient(server.port).send(...lines);
  const answer = await client.until('\r\n\r\n');
  await other.noticesNothing();
  return { head: answer.slice(0, answer.indexOf('\r\n\r\n')).toLowerCase(), reports };
}

describe.each(PROTOCOL_REQUESTS.map((request) => [request.name, request] as const))(
  'the answer to %s',
  (_, request) => {
    it.each(Object.entries(INVALID))(
      "goes without a header of a 'headers' listener that has %s, which is reported once",
      async (_what, headers) => {
        const { head, reports } = await play(request, 'headers', headers);
        expect(head).toMatch(/^http\/1\.1 (200|101) /);
        expect(head).toContain('\r\nx-good: yes');
        expect(head).not.toMatch(/x-injected|x-said|x said|hello/);
        expect(reports).toHaveLength(1);
      },
    );

    it("carries none of a 'headers' listener's own framing", async () => {
      const framing = {
        'transfer-encoding': 'chunked',
        'content-length': '5',
        'sec-websocket-accept': 'x',
        upgrade: 'h2c',
      };
      const { head, reports } = await play(request, 'headers', framing);
      expect(head).toMatch(/^http\/1\.1 (200|101) /);
      expect(head).not.toMatch(/\r\n(content-length: 5|sec-websocket-accept: x|upgrade: h2c)(\r\n|$)/);
      expect(reports).toHaveLength(1);
    });
  },
);

describe("a listener of 'initial_headers'", () => {
  it.each(
    PROTOCOL_REQUESTS.filter(({ name, within }) => !within && !name.includes('0.9')).map(
      (request) => [request.name, request] as const,
    ),
  )('cannot split the answer to %s', async (_, request) => {
    const { head, reports } = await play(request, 'initial_headers', INVALID['a value with a line break']!);
    expect(head).toMatch(/^http\/1\.1 (200|101) /);
    expect(head).not.toContain('x-injected');
    expect(reports).toHaveLength(1);
  });
});
