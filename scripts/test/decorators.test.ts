import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

const bound = new Map<string, string>();

function on(event: string) {
  return (_method: unknown, context: ClassMethodDecoratorContext) => {
    bound.set(event, String(context.name));
  };
}

class Decorated {
  readonly #answer = 42;

  @on('private message')
  onPrivate() {
    return this.#answer;
  }
}

it('runs standard decorators in tests', () => {
  expect(new Decorated().onPrivate()).toBe(42);
  expect([...bound]).toEqual([['private message', 'onPrivate']]);
});

it('lowers standard decorators in what is built, since Node 20 has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sio-decorators-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'a.ts'),
    `const names: string[] = [];
    const note = (_: unknown, { name }: ClassMethodDecoratorContext) => void names.push(String(name));
    class A { @note onChat() {} }
    console.log(new A().onChat.name, names.join());`,
  );
  const compilerOptions = { typeRoots: [`${root}node_modules/@types`], rootDir: '.', outDir: 'dist' };
  const project = { extends: `${root}tsconfig.base.json`, compilerOptions, files: ['a.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', folder], { stdio: 'inherit' });
  expect(execFileSync(process.execPath, [join(folder, 'dist/a.js')], { encoding: 'utf8' })).toBe('onChat onChat\n');
});
