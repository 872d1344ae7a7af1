import { fetchAnswer, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

async function echoByPolling() {
  const { io, url } = await startServer();
  io.on('connection', (socket) => socket.on('echo', (text: string) => socket.emit('echoed', text)));
  return (query: string, body?: string | Buffer, headers: Record<string, string> = {}) => {
    const given = body === undefined ? {} : { method: 'POST', body };
    return fetchAnswer(`${url}/socket.io/?transport=polling&${query}`, { ...given, headers });
  };
}

/** The payload that the script hands to its callback. */
function called(index: number, script: string): string {
  let payload = '';
  new Function('___eio', script)({
    [index]: (given: string) => {
      payload = given;
    },
  });
  return payload;
}

const sidIn = (text: string) => /sid\\?":\\?"([\w-]{20})/.exec(text)?.[1];

describe('JSONP in Engine.IO 4', () => {
  it('answers with a call of the callback, and reads packets out of forms', async () => {
    const ask = await echoByPolling();
    const hello = await ask('EIO=4&j=0');
    expect(hello.headers['content-type']).toBe('text/javascript; charset=UTF-8');
    expect(hello.headers['x-content-type-options']).toBe('nosniff');
    expect(hello.body).toMatch(/^___eio\[0\]\("0\{\\"sid\\":.*\}"\);$/);
    const query = `EIO=4&j=1&sid=${sidIn(hello.body)}`;
    // As the official client writes them: forms change newlines, and what is one in JSON must not become one.
    const packets = `40\x1e42${JSON.stringify(['echo', 'é\u2028😀\n'])}`.replace(/\\n/g, '\\\n').replace(/\n/g, '\\n');
    const form = new URLSearchParams({ d: packets }).toString();
    expect(await ask(query, form, FORM)).toMatchObject({ status: 200, body: 'ok' });
    let heard = '';
    while (!heard.includes('echoed')) heard += called(1, (await ask(query)).body);
    expect(heard).toMatch(/^40\{/);
    expect(heard).toContain('42["echoed","é\u2028😀\\n"]');
  });

  it('ends the session for a form without packets', async () => {
    const ask = await echoByPolling();
    const query = `EIO=4&j=0&sid=${sidIn((await ask('EIO=4&j=0')).body)}`;
    await ask(query, 'nothing=here', FORM);
    expect((await ask(query)).status).toBe(400);
  });

  it.each(['x', '0]);alert(1);([', '-1', ''])('takes no script for an index: %j', async (index) => {
    const ask = await echoByPolling();
    const { headers, body } = await ask(`EIO=4&j=${encodeURIComponent(index)}`);
    expect(headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(body).toMatch(/^0\{/);
  });
});

describe('a browser’s client', () => {
  it.each([
    ['1.0', 'EIO=2'],
    ['1.1 to 1.3', 'EIO=3'],
  ])('of %s is answered in bytes, which is all that it reads', async (_, revision) => {
    const ask = await echoByPolling();
    const hello = await ask(`${revision}&t=1414141414141-0`);
    expect(hello.headers['content-type']).toBe('application/octet-stream');
    expect([...hello.bytes.subarray(0, 2)]).toEqual([0, 1]);
    const next = await ask(`${revision}&t=1414141414150-1&sid=${sidIn(hello.body)}`);
    expect([...next.bytes]).toEqual([0, 2, 0xff, 0x34, 0x30]);
  });

  it.each([
    ['cannot take bytes', 'EIO=3&b64=1&t=1414141414141-0'],
    ['is newer', 'EIO=3&t=LoaVqqj'],
    ['does not say when it was', 'EIO=3'],
  ])('that %s is answered in text', async (_, query) => {
    const ask = await echoByPolling();
    const { headers, body } = await ask(query);
    expect(headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(body).toMatch(/^\d+:0\{/);
  });
});
