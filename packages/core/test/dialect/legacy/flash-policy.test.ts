import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { LogDetails } from '@sio/core';
import { LegacySession, RawTcpClient, startServer, within } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const HEAD =
  '<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">';
const POLICY = `${HEAD}<cross-domain-policy><allow-access-from domain="*" to-ports="*"/></cross-domain-policy>`;
const NODES_OWN = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

function ask(port: number, ...pieces: string[]): Promise<string> {
  const client = new RawTcpClient(port);
  for (const piece of pieces) client.socket.write(piece);
  return within(client.closed(), 'the connection to close');
}

describe('on the HTTP port', () => {
  it('a Flash client is given the policy file, and the connection closes', async () => {
    const { port } = await startServer({ flashPolicy: true });
    expect(await ask(port, '<policy-file-request/>\0')).toBe(POLICY);
  });

  it('a request in pieces is answered once', async () => {
    const { port } = await startServer({ flashPolicy: true });
    const client = new RawTcpClient(port);
    client.socket.setNoDelay(true).write('<');
    await client.until(POLICY);
    client.socket.write('policy-file-request/>\0');
    client.socket.end();
    expect(await client.closed()).toBe(POLICY);
  });

  it('other input that is not HTTP gets Node’s answer', async () => {
    const { port } = await startServer({ flashPolicy: true });
    expect(await ask(port, '<html>\r\n\r\n')).toBe(NODES_OWN);
    expect(await ask(port, 'GET / HTTP/9.9.9\r\n\r\n')).toBe(NODES_OWN);
  });

  it('headers that are too long are still refused by an HTTP answer', async () => {
    const { port } = await startServer({ flashPolicy: true });
    const answer = await ask(port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toBe('HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n');
  });

  it('the same bytes after a request are not treated as a Flash client', async () => {
    const { port } = await startServer({ flashPolicy: true });
    const client = new RawTcpClient(port).send('GET /elsewhere HTTP/1.1', 'Host: localhost');
    await client.until('404 Not Found');
    client.socket.write('<policy-file-request/>\0');
    const text = await client.closed();
    expect(text).not.toContain('cross-domain-policy');
    expect(text).toContain(NODES_OWN);
  });

  it("the application's own clientError listener gets everything else", async () => {
    const { http, port } = await startServer({ flashPolicy: true });
    const heard: string[] = [];
    http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      heard.push(String(error.code));
      socket.end('HTTP/1.1 400 Mine\r\n\r\n');
    });
    expect(await ask(port, '<policy-file-request/>\0')).toBe(POLICY);
    expect(await ask(port, 'nonsense\r\n\r\n')).toBe('HTTP/1.1 400 Mine\r\n\r\n');
    expect(heard).toEqual(['HPE_INVALID_METHOD']);
  });

  it('nothing is served by default, and flashsocket is not offered', async () => {
    const { port, url } = await startServer();
    expect(await ask(port, '<policy-file-request/>\0')).toBe(NODES_OWN);
    const answer = await (await fetch(`${url}/socket.io/1/`)).text();
    expect(answer).toMatch(/:websocket,htmlfile,xhr-polling,jsonp-polling$/);
  });

  it('flashsocket is offered behind websocket', async () => {
    const { url } = await startServer({ flashPolicy: true });
    const answer = await (await fetch(`${url}/socket.io/1/`)).text();
    expect(answer).toMatch(/:websocket,flashsocket,htmlfile,xhr-polling,jsonp-polling$/);
  });
});

describe('on a port of its own', () => {
  it('every client gets the policy file with the listed origins', async () => {
    const origins = ['example.com:80', '*.example.org:*', 'a"<&>b'];
    const { io } = await startServer({ flashPolicy: { port: 0, origins } });
    const allowed =
      '<allow-access-from domain="example.com" to-ports="80"/>' +
      '<allow-access-from domain="*.example.org" to-ports="*"/>' +
      '<allow-access-from domain="a&#34;&#60;&#38;&#62;b" to-ports="*"/>';
    const port = await policyPort(io.engine.flashPolicyServer);
    const file = `${HEAD}<cross-domain-policy>${allowed}</cross-domain-policy>`;
    expect(await ask(port)).toBe(file);
    expect(await ask(port, '<policy-file-request/>\0')).toBe(file);
  });

  it('the port closes with the server', async () => {
    const { io } = await startServer({ flashPolicy: { port: 0 } });
    const port = await policyPort(io.engine.flashPolicyServer);
    expect(await ask(port)).toBe(POLICY);
    await io.close();
    const [error] = (await once(connect(port), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('a port that is taken is reported, and everything else is served', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    let report: (why: unknown) => void = () => {};
    const reported = new Promise((resolve) => {
      report = resolve;
    });
    const nothing = () => {};
    const logger = {
      error: (what: LogDetails | string) => report((what as LogDetails).err),
      warn: nothing,
      info: nothing,
      debug: nothing,
    };
    const { url } = await startServer({ flashPolicy: { port }, logger });
    expect(await reported).toMatchObject({ code: 'EADDRINUSE' });
    expect((await LegacySession.shake(url)).sid).toMatch(/^[\w-]{20}$/);
    taken.close();
  });

  it('an invalid port is refused at once', async () => {
    await expect(startServer({ flashPolicy: { port: 70_000 } })).rejects.toThrow(
      'option flashPolicy.port must be a whole number from 0 to 65535, not 70000',
    );
    await expect(startServer({ flashPolicy: { origins: '*:*' as never } })).rejects.toThrow(
      'option flashPolicy.origins must be a list of host:port, not "*:*"',
    );
  });
});

async function policyPort(server: ReturnType<typeof createServer> | undefined): Promise<number> {
  if (server === undefined) throw new Error('no policy server');
  if (!server.listening) await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
