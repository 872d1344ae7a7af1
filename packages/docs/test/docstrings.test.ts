import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../src/entries.mjs';
import { type Model, optionPages } from '../src/options.mjs';
import { pagesIn, readReference } from '../src/reference.mjs';
import { namesSuite } from './suites/names.js';
import { optionsSuite } from './suites/options.js';

/** Reading all sources takes a while on a busy machine. */
const PATIENCE = 180_000;

let reference: Awaited<ReturnType<typeof readReference>>;
let model: Model;
beforeAll(async () => {
  reference = await readReference();
  model = reference.model;
}, PATIENCE);

describe('the reference', () => {
  it('has pages of options that match the docstrings: npm run docs:reference', () => {
    const { 'options.md': index, ...pages } = optionPages(model);
    expect(readFileSync(`${root}docs/options.md`, 'utf8')).toBe(index);
    const written = Object.entries(pagesIn(`${root}docs/options`)).map(([path, text]) => [`options/${path}`, text]);
    expect(Object.fromEntries(written)).toEqual(pages);
  });

  it('has pages in docs/api that match the docstrings: npm run docs:reference', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sio-reference-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await reference.write(folder);
    expect(pagesIn(`${root}docs/api`)).toEqual(pagesIn(folder));
  });

  it('has a docstring for every public name, and no dead link', () => {
    expect(reference.warnings).toBe(0);
  });
});

optionsSuite(() => model);
namesSuite(() => model);
