import { readdirSync, readFileSync } from 'node:fs';
import { root } from './entries.mjs';

const PAGES = `${root}docs/tutorial/`;

/** @typedef {{ name: string, text: string }} NamedFile */
/** @typedef {{ step: string, commands: string[], files: NamedFile[] }} Step  what a page of the tutorial says to do */

/** The steps in their order: lines for the terminal, and files to write. @returns {Step[]} */
export function readTutorial() {
  const pages = readdirSync(PAGES).filter((name) => /^\d-.*\.md$/.test(name));
  return pages.sort().map((page) => {
    const text = readFileSync(PAGES + page, 'utf8');
    const fences = [...text.matchAll(/^```(\w+)(?: \[(.+)\])?\n([\s\S]*?)^```$/gm)];
    return {
      step: page.replace('.md', ''),
      commands: fences.filter(([, kind]) => kind === 'sh').flatMap(([, , , code = '']) => code.trimEnd().split('\n')),
      files: fences.flatMap(([, , name, code = '']) => (name === undefined ? [] : [{ name, text: code }])),
    };
  });
}
