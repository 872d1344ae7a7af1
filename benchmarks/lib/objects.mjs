import { readFileSync, rmSync } from 'node:fs';

/** Kinds of things that V8's heap snapshots tell apart, as far as they have no name of their own. @type {Record<string, string>} */
const KINDS = {
  string: 'strings',
  'concatenated string': 'strings',
  'sliced string': 'strings',
  number: 'numbers',
  'object shape': 'shapes',
  code: 'code',
};

/**
 * The bytes of a heap by the classes of its objects. The snapshot is removed.
 * @param {string} file
 * @returns {Map<string, number>}
 */
export function countObjects(file) {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  /** @type {Map<string, number>} */
  const bytes = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at + type]];
    const label = KINDS[kind] ?? (kind === 'closure' ? 'functions' : strings[nodes[at + name]] || kind);
    bytes.set(label, (bytes.get(label) ?? 0) + nodes[at + size]);
  }
  return bytes;
}

/**
 * @param {Map<string, number>} before
 * @param {Map<string, number>} after
 * @param {number} count
 * @returns {Map<string, number>} bytes that each of `count` things has added, by class
 */
export function differences(before, after, count) {
  const all = [...after].map(([name, size]) => /** @type {const} */ ([name, (size - (before.get(name) ?? 0)) / count]));
  return new Map(all.filter(([, size]) => Math.abs(size) >= 1));
}
