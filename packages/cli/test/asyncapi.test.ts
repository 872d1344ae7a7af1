import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonLines, Sio, sio } from './support/cli.js';
import { startOurs } from './support/servers.js';

const MODULE = fileURLToPath(new URL('support/api.mjs', import.meta.url));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sio-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('sio asyncapi', () => {
  it('writes the document of the namespaces that a module exports, which connect reads', async () => {
    const file = join(emptyFolder(), 'api.json');
    const flags = ['--title', 'Chat', '--api-version', '2.0.0', '--url', 'https://chat.example', '-o', file];
    expect(await sio('asyncapi', MODULE, ...flags)).toMatchObject({ code: 0, stdout: '' });
    const document = JSON.parse(readFileSync(file, 'utf8'));
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: 'Chat', version: '2.0.0' } });
    const { url } = await startOurs();
    const script = '.events\n';
    const [, { events }] = jsonLines(
      await new Sio(['connect', `${url}/chat`, '--asyncapi', file, '--json']).end(script),
    );
    expect(events).toEqual(expect.arrayContaining(['leave', 'say']));
  });

  it('lists the changes between two documents that break clients', async () => {
    const { stdout } = await sio('asyncapi', MODULE);
    const folder = emptyFolder();
    const [before, after] = [join(folder, 'before.json'), join(folder, 'after.json')];
    writeFileSync(before, stdout);
    writeFileSync(after, stdout);
    expect(await sio('asyncapi', 'diff', before, after)).toMatchObject({
      code: 0,
      stdout: '0 changes, 0 of them breaking\n',
    });
    const document = JSON.parse(stdout);
    for (const [key, operation] of Object.entries<{ messages: { $ref: string }[] }>(document.operations)) {
      if (operation.messages[0]?.$ref.endsWith('leave')) delete document.operations[key];
    }
    writeFileSync(after, JSON.stringify(document));
    const { code, stdout: text } = await sio('asyncapi', 'diff', before, after);
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(/^breaking {2}\/chat leave: The server no longer takes the event\.$/m),
    ]);
    const [{ breaking }] = jsonLines(await sio('asyncapi', 'diff', before, after, '--json'));
    expect(breaking).toBe(1);
  });

  it('names the event whose schema has no JSON Schema, or describes it as anything', async () => {
    const module = fileURLToPath(new URL('support/calendar.mjs', import.meta.url));
    const { code, stdout, stderr } = await sio('asyncapi', module);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*calendar\.mjs: .*enter.* has no JSON Schema.*--anything.*\n$/);
    const written = await sio('asyncapi', module, '--anything');
    expect(written.code).toBe(0);
    expect(Object.keys(JSON.parse(written.stdout).operations)).toContain('calendar.client.enter');
  });

  it('reports what is wrong with an invalid module or document', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'app.mjs'), 'export const a = 1;');
    writeFileSync(join(folder, 'old.json'), '{"asyncapi":"2.6.0"}');
    const own = fileURLToPath(new URL('support/cli.ts', import.meta.url));
    const mistakes: [string[], RegExp][] = [
      [[join(folder, 'app.mjs')], /has no package @sio\/asyncapi\. Run npm install/],
      [[own.replace('cli.ts', 'nowhere.mjs')], /Cannot load .*nowhere\.mjs: Cannot find module/],
      [[own], /Cannot load .*cli\.ts: Unknown file extension.*compiled file/],
      [
        ['diff', join(folder, 'old.json'), join(folder, 'old.json')],
        /is not an AsyncAPI 3 document, such as asyncapi\(\) returns\./,
      ],
      [['diff', join(folder, 'app.mjs'), join(folder, 'old.json')], /app\.mjs is not JSON/],
    ];
    for (const [args, message] of mistakes) {
      const { code, stderr } = await sio('asyncapi', ...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
  });
});
