import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonLines, Sio, sio } from './support/cli.js';
import { startOurs } from './support/servers.js';
import { Terminal } from './support/terminal.js';

/** A document as other tools write it, with references. */
const DOCUMENT = `
asyncapi: 3.0.0
info: { title: Chat, version: 1.0.0 }
channels:
  chat: { address: /chat, messages: { say: { $ref: '#/components/messages/say' }, shout: { name: shout!, summary: Says it loudly } } }
  other: { address: /other, messages: { secret: { name: secret } } }
operations:
  say: { action: receive, channel: { $ref: '#/channels/chat' }, reply: {} }
  secret: { action: receive, channel: { $ref: '#/channels/other' } }
  said: { action: send, channel: { $ref: '#/channels/chat' }, messages: [{ $ref: '#/channels/chat/messages/said' }] }
components: { messages: { say: { name: say } } }
`;

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sio-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'api.yaml'), text);
  return join(folder, 'api.yaml');
}

describe('sio connect on a terminal', () => {
  it('sends lines as events, prints what comes in color, and ends by ctrl-D', async () => {
    const { url } = await startOurs();
    const terminal = new Terminal(['connect', `${url}/chat`]);
    await terminal.until('/chat> ');
    terminal.type('?say "hello you"\r');
    expect(await terminal.until('{"from":"server","text":"hello you"}')).toContain('\u001b[32m<\u001b[39m said');
    await terminal.until('{"delivered":true}');
    terminal.type('\u0004');
    expect(await terminal.exit).toBe(0);
  });

  it('completes the events of an AsyncAPI document, and the commands', async () => {
    const { url } = await startOurs();
    const terminal = new Terminal(['connect', `${url}/chat`, '--asyncapi', fileWith(DOCUMENT)], { NO_COLOR: '1' });
    await terminal.until('/chat> ');
    // Readline takes a tab inside pasted text for a part of it: each text is awaited before the next key.
    terminal.type('?sa');
    await terminal.until('?sa');
    terminal.type('\t');
    await terminal.until('y ');
    terminal.type('"hi"\r');
    expect(await terminal.until('= {"delivered":true}')).not.toContain('\u001b[32m');
    terminal.type('.ev');
    await terminal.until('.ev');
    terminal.type('\t');
    await terminal.until('ents ');
    terminal.type('\r');
    const events = await terminal.until('Says it loudly');
    expect(events).toContain('say  (is acknowledged)');
    expect(events).not.toContain('secret');
    terminal.type('\u0003');
    expect(await terminal.exit).toBe(0);
  });
});

describe('sio connect in a script', () => {
  it.each(['0.9', '2', '4'])(
    'runs the lines of stdin one after the other, as a client of version %s',
    async (version) => {
      const { url } = await startOurs();
      const script = 'say plain words\n.wait said\n?echo {"a": [1, "two words"]}\n';
      const { code, stdout } = await new Sio(['connect', `${url}/chat`, '-p', version]).end(script);
      expect([code, stdout.split('\n').slice(1)]).toEqual([
        0,
        ['< said {"from":"server","text":"plain"}', '= {"a":[1,"two words"]}', ''],
      ]);
    },
  );

  it.each(['0.9', '2', '4'])('answers an event of the server, as a client of version %s', async (version) => {
    const { url } = await startOurs();
    const script = 'ask why\n.wait question\n.answer "because"\n.wait told\n';
    const result = await new Sio(['connect', `${url}/chat`, '-p', version, '--json']).end(script);
    expect(result.code).toBe(0);
    expect(jsonLines(result)).toContainEqual({ event: 'question', args: ['why'], wantsAnswer: true });
    expect(jsonLines(result)).toContainEqual({ event: 'told', args: ['because'] });
  });

  it('goes on after a mistake, connects anew, and ends with exit code 1', async () => {
    const { url } = await startOurs();
    const script = '.nonsense\n.disconnect\nsay hi\n.connect\n?echo 1\n.answer 1\n.status\n.quit\nnever\n';
    const { code, stdout, stderr } = await new Sio(['connect', `${url}/chat`]).end(script);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'error: .nonsense is no command. .help lists them; quote an event that begins with a dot.',
      'error: There is no connection. Open a new one with .connect.',
      'error: No event waits for an answer.',
      '',
    ]);
    expect(stdout).toMatch(/^= 1$/m);
  });

  it('says what is wrong with an AsyncAPI document', async () => {
    const { url } = await startOurs();
    const documents: [string, RegExp][] = [
      [fileWith('asyncapi: 2.6.0'), /is no AsyncAPI 3 document: its field asyncapi is 2\.6\.0/],
      [fileWith('{'), /is neither JSON nor YAML/],
      ['/nowhere.json', /Cannot read \/nowhere\.json/],
      [await listen(createServer((_req, res) => res.writeHead(404).end())), /answers with HTTP 404/],
    ];
    for (const [source, message] of documents) {
      const { code, stderr } = await sio('connect', url, '--asyncapi', source);
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
  });
});
