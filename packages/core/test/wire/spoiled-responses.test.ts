import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from '@sio/core';
import { bystander, failOnStrayErrors, RawTcpClient, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { EVERY_TRANSPORT, PROTOCOL_REQUESTS, type ProtocolRequest } from './http-requests.js';

failOnStrayErrors();

const fail = () => {
  throw new Error('spoiled');
};

/** Ways in which a middleware may have treated a response before it lets the request on. */
const SPOILED: Record<string, (res: ServerResponse, req: IncomingMessage) => void> = {
  'has been answered': (res) => void res.end('mine'),
  'has had its head written': (res) => void res.writeHead(202),
  'has had its head flushed': (res) => res.flushHeaders(),
  'has had a part written': (res) => void res.write('mine'),
  'has a bad status message': (res) => {
    res.statusMessage = 'line\r\nbreak';
  },
  'has a setHeader that throws': (res) => {
    res.setHeader = fail;
  },
  'has a writeHead that throws': (res) => {
    res.writeHead = fail as never;
  },
  'has a write that throws': (res) => {
    res.write = fail as never;
  },
  'has an end that throws': (res) => {
    res.end = fail as never;
  },
  'has an on that throws': (res) => {
    res.on = fail as never;
  },
  'has an emit that throws': (res) => {
    res.emit = fail as never;
  },
  'has a read-only status': (res) => void Object.defineProperty(res, 'statusCode', { value: 202, writable: false }),
  'has a status that throws': (res) => void Object.defineProperty(res, 'statusCode', { get: () => 202, set: fail }),
  'has been frozen': (res) => void Object.freeze(res),
  'has an end that drops its data': (res) => {
    const { end } = res;
    res.end = (() => Reflect.apply(end, res, [])) as never;
  },
  'has a write that drops its data': (res) => {
    res.write = () => true;
  },
  'has been destroyed': (res) => void res.destroy(),
};

async function play(request: ProtocolRequest, spoil: (res: ServerResponse, req: IncomingMessage) => void) {
  const reports: unknown[][] = [];
  const note = (...what: unknown[]) => void reports.push(what);
  const logger = { error: note, warn: () => {}, info: () => {}, debug: () => {} };
  const server = await startEcho({ ...EVERY_TRANSPORT, logger } as unknown as ServerOptions);
  const other = await bystander(server);
  const lines = await request.lines(server);
  server.io.engine.use((req, res, next) => {
    spoil(res, req);
    next();
  });
  const client = new RawTcpClient(server.port).send(...lines);
  // Answered, or closed.
  if (request.stream) await client.until('\r\n\r\n').catch(() => client.closed());
  else await client.closed();
  await other.noticesNothing();
  return { text: client.text, reports };
}

describe.each(PROTOCOL_REQUESTS.map((request) => [request.name, request] as const))('%s', (_, request) => {
  it.each(Object.entries(SPOILED))(
    'is answered or closed when its response %s, and the failure is reported at most once',
    async (_what, spoil) => {
      const { reports } = await play(request, spoil);
      expect(reports.length).toBeLessThanOrEqual(1);
    },
  );
});
