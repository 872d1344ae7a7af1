import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PollingClient } from './polling-client.js';
import { RawClient } from './raw-client.js';
import { servers, startServer } from './server-process.js';

const LINE = 'The quick brown fox jumps over the lazy dog';
const GREETING =
  /^0\{"sid":"[\w-]{20}","upgrades":\[(.*)\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000\}$/;
const JOINED = /^40\{"sid":"([\w-]{20})"\}$/;
const placeholder = (attachments: number, event: string) =>
  `45${attachments}-["${event}"${Array.from({ length: attachments }, (_, num) => `,{"_placeholder":true,"num":${num}}`).join('')}]`;

describe.each(servers)('%s, compared message for message', (server) => {
  it('opens a session for a WebSocket client, which joins the main namespace with another id', async () => {
    const client = new RawClient(await startServer(server));
    const greeting = String(await client.next());
    expect(greeting).toMatch(GREETING);
    client.send('40');
    const joined = String(await client.next());
    expect(joined).toMatch(JOINED);
    expect(greeting).not.toContain(JOINED.exec(joined)?.[1]);
  });

  it('acknowledges an event with its own argument', async () => {
    const client = await RawClient.joined(await startServer(server));
    const values = [
      '"hello"',
      '""',
      '"h€llo 🙂 \\u001e"',
      '42',
      'null',
      'true',
      '{"a":[1,{"b":"ü"}]}',
      `"${'x'.repeat(300)}"`,
    ];
    for (const [id, value] of values.entries()) client.send(`42${id}["echo",${value}]`);
    const parsed = (await client.take(values.length)).map((text) => JSON.parse(String(text).replace(/^43\d/, '')));
    expect(parsed).toEqual(values.map((value) => [JSON.parse(value)]));
  });

  it.each([10, 125, 126, 65_000, 66_000, 99_000])('acknowledges a text of %i characters', async (length) => {
    const client = await RawClient.joined(await startServer(server));
    const text = 'a'.repeat(length);
    client.send(`4212["echo","${text}"]`);
    expect(await client.next()).toBe(`4312["${text}"]`);
  });

  it('accepts a message in fragments, answers a ping between them, and echoes the close code', async () => {
    const client = await RawClient.joined(await startServer(server));
    const pong = client.pong();
    client.sendInFragments('4212["ec', 'ho","h€llo', ' again"]');
    expect(await client.next()).toBe('4312["h€llo again"]');
    expect(await pong).toBe('between');
    const code = client.closeCode();
    client.close(1000);
    expect(await code).toBe(1000);
  });

  it('sends a hundred messages from one handler in order', async () => {
    const client = await RawClient.joined(await startServer(server));
    client.send('42["burst",100]');
    expect(await client.take(100)).toEqual(Array.from({ length: 100 }, (_, i) => `42["burst",${i},"${LINE}"]`));
  });

  it('broadcasts to all clients, including the sender', async () => {
    const port = await startServer(server);
    const clients = await Promise.all([1, 2, 3].map(() => RawClient.joined(port)));
    clients[0]?.send('42["broadcast","good news – ☀"]', '42["broadcast","more"]');
    for (const client of clients)
      expect(await client.take(2)).toEqual(['42["news","good news – ☀"]', '42["news","more"]']);
  });

  it.each([1, 4096, 20_000])('returns %i bytes unchanged', async (length) => {
    const client = await RawClient.joined(await startServer(server));
    const bytes = randomBytes(length);
    client.send(placeholder(1, 'binary'), bytes);
    expect(await client.take(2)).toEqual([placeholder(1, 'binary'), bytes]);
  });

  it('sends a message only to the members of one room', async () => {
    const port = await startServer(server);
    const [member, stranger] = [await RawClient.joined(port), await RawClient.joined(port)];
    member.send('421["join","red"]');
    expect(await member.next()).toBe('431[]');
    stranger.send('42["say","red","only for red"]', '42["broadcast","for all"]');
    expect(await member.take(2)).toEqual(['42["news","only for red"]', '42["news","for all"]']);
    expect(await stranger.next()).toBe('42["news","for all"]');
  });

  it('collects the acknowledgements of a broadcast', async () => {
    const port = await startServer(server);
    const clients = [await RawClient.joined(port), await RawClient.joined(port)];
    clients[0]?.send('42["ask","ready?"]');
    for (const client of clients) {
      expect(await client.next()).toBe('420["ask","ready?"]');
      client.send('430["yes"]');
    }
    expect(await clients[0]?.next()).toBe('42["asked",2]');
  });

  it('serves long-polling: handshake, join, echo and bytes', async () => {
    const client = new PollingClient(await startServer(server));
    const [greeting, joined] = await client.join();
    expect(GREETING.exec(greeting ?? '')?.[1]).toBe('"websocket"');
    expect(joined).toMatch(JOINED);
    const poll = client.get();
    const posted = await client.post('421["echo","über"]');
    expect([posted.status, await posted.text(), await poll]).toEqual([200, 'ok', '431["über"]']);
    await client.post(`${placeholder(1, 'binary')}\x1ebAQIDBA==\x1e422["echo","after"]`);
    expect(await client.get()).toBe(`${placeholder(1, 'binary')}\x1ebAQIDBA==\x1e432["after"]`);
  });

  it('upgrades a session from long-polling to WebSocket without losing a message', async () => {
    const port = await startServer(server);
    const polling = new PollingClient(port);
    await polling.join();
    const poll = polling.get();
    const client = await new RawClient(port, `&sid=${polling.sid}`).opened();
    client.send('2probe');
    expect(await client.next()).toBe('3probe');
    expect(await poll).toBe('6');
    await polling.post('421["echo","still by post"]');
    client.send('5', '422["echo","by WebSocket"]');
    expect(await client.take(2)).toEqual(['431["still by post"]', '432["by WebSocket"]']);
    expect((await polling.poll()).status).toBe(400);
  });

  it('closes the connection of a client that sends invalid packets', async () => {
    const port = await startServer(server);
    for (const nonsense of ['42["echo"', '9', '451-["binary",{"_placeholder":true,"num":0}]']) {
      const client = await RawClient.joined(port);
      client.send(nonsense, '42["echo","?"]');
      expect(await client.closeCode()).toBe(1005);
    }
  });

  it('refuses messages that are too large', async () => {
    const port = await startServer(server);
    const client = await RawClient.joined(port);
    client.send('x'.repeat(100_001));
    expect(await client.closeCode()).toBe(1009);
    const polling = new PollingClient(port);
    await polling.join();
    expect((await polling.post('x'.repeat(100_001))).status).toBe(413);
  });

  it('refuses a second poll beside an open one', async () => {
    const polling = new PollingClient(await startServer(server));
    await polling.join();
    const answers = [polling.poll(), polling.poll()];
    const statuses = (await Promise.all(answers)).map((answer) => answer.status);
    expect(statuses.sort()).toEqual([200, 400]);
  });
});
