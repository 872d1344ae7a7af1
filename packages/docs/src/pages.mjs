import { pageOf } from './entries.mjs';
import { optionsPage } from './options.mjs';
import { referencePage } from './reference.mjs';

const GENERATED = '<!-- Made out of docstrings by `npm run docs`: change those. -->';

/**
 * The pages that are made out of docstrings, by path.
 *
 * @param {import('./options.mjs').Model} model
 * @returns {ReadonlyMap<string, string>}
 */
export function pagesOf(model) {
  const reference = [...model.keys()].map((name) => /** @type {const} */ ([pageOf(name), referencePage(model, name)]));
  const pages = [/** @type {const} */ (['docs/options.md', optionsPage(model)]), ...reference];
  return new Map(pages.map(([path, text]) => [path, `${GENERATED}\n\n${text}\n`]));
}
