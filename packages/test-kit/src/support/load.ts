import { createRequire } from 'node:module';

/** A framework as the adapter's package has it installed. */
export function load(adapter: string, module: string): unknown {
  const require = createRequire(new URL(`../../../${adapter}/package.json`, import.meta.url));
  const loaded = require(module) as { default?: unknown };
  return module === 'koa' ? (loaded.default ?? loaded) : loaded;
}
