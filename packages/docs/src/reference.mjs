import { EventEmitter } from 'node:events';
import { ReflectionKind } from 'typedoc';
import { pageOf } from './entries.mjs';
import { table, wordsOf } from './markdown.mjs';
import { isLiteral } from './options.mjs';
import { declarationText, signatureText } from './signature.mjs';

/** @typedef {import('typedoc').DeclarationReflection} Reflection */
/** @typedef {import('typedoc').Comment} Comment */
/** @typedef {import('./options.mjs').Model} Model */

/**
 * What an entry exports, each with what its docstring says.
 *
 * @param {Model} model
 * @param {string} specifier
 */
export function referencePage(model, specifier) {
  const page = new Page(model, specifier);
  return [`# ${specifier}`, page.introduction(), ...page.own().map((each) => page.declaration(each)), page.borrowed()]
    .filter(Boolean)
    .join('\n\n');
}

class Page {
  /** @param {Model} model @param {string} specifier */
  constructor(model, specifier) {
    this.specifier = specifier;
    this.module = /** @type {Reflection} */ (model.get(specifier));
    this.homes = homesOf(model);
  }

  introduction() {
    return this.words(this.module.comment?.summary);
  }

  own() {
    return (this.module.children ?? []).filter((each) => !each.kindOf(ReflectionKind.Reference) && isPublic(each));
  }

  /** The names that are another entry's. */
  borrowed() {
    const names = (this.module.children ?? []).filter((each) => each.kindOf(ReflectionKind.Reference));
    const homes = new Map(names.map((each) => [each.name, this.homes.get(targetOf(each))]));
    if (homes.size === 0) return '';
    const [first] = homes.values();
    const link = `[${first}](${linkBetween(this.specifier, first ?? '')})`;
    if (homes.size >= this.countOf(first)) return `And everything else of ${link}.`;
    const all = [...homes.keys()].map((name) => `\`${name}\``).join(', ');
    return `From ${link}: ${all}.`;
  }

  /** How many names of another entry this one does not replace. @param {string | undefined} specifier */
  countOf(specifier) {
    const own = new Set(this.own().map(({ name }) => name));
    return [...this.homes].filter(([name, home]) => home === specifier && !own.has(name)).length;
  }

  /** @param {Reflection} each */
  declaration(each) {
    const comment = commentOf(each);
    return [
      `## ${each.name}`,
      `\`\`\`text\n${declarationText(each)}\n\`\`\``,
      this.described(comment),
      examples(comment),
      isOptions(each) ? 'Each with unit and default: [Options](../options.md).' : this.members(each),
    ]
      .filter(Boolean)
      .join('\n\n');
  }

  /** @param {Reflection} each */
  members(each) {
    const all = (each.children ?? []).filter((member) => isPublic(member) && !this.isInherited(member));
    const shown = all.filter((member) => !isEmitters(member));
    const rest =
      all.length > shown.length ? "And `on`, `once`, `off` and whatever else Node's `EventEmitter` has." : '';
    const rows = shown.map((member) => [signatures(member), this.described(commentOf(member))]);
    return [rows.length > 0 && table(['Member', ''], rows), rest].filter(Boolean).join('\n\n');
  }

  /** Whether the class that a member comes from is described too. @param {Reflection} member */
  isInherited(member) {
    const parent = /** @type {Reflection | undefined} */ (member.inheritedFrom?.reflection?.parent);
    // TypeDoc also names the class itself, or one derived from it, where it has met that one first.
    const isAncestor = parent !== member.parent && !derivesFrom(parent, member.parent);
    return parent !== undefined && isAncestor && this.homes.has(parent.name);
  }

  /** @param {Comment | undefined} comment */
  described(comment) {
    if (comment === undefined) return '';
    const said = (/** @type {`@${string}`} */ tag) => comment.getTags(tag).map(({ content }) => this.words(content));
    const byDefault = said('@default').map((text) => `Default: ${isLiteral(text) ? `\`${text}\`` : text}.`);
    return [
      this.words(comment.summary),
      ...said('@deprecated').map((text) => `Deprecated. ${text}`),
      ...byDefault,
      ...said('@returns').map((text) => `Returns ${closed(text)}`),
      ...said('@throws').map((text) => `Throws ${closed(text)}`),
    ]
      .filter(Boolean)
      .join(' ');
  }

  /** @param {readonly import('typedoc').CommentDisplayPart[] | undefined} parts */
  words(parts) {
    return wordsOf(parts, (name) => {
      const home = this.homes.get(name);
      return home === undefined ? undefined : `${linkBetween(this.specifier, home)}#${name.toLowerCase()}`;
    });
  }
}

/** @param {Reflection | undefined} each @param {unknown} ancestor */
function derivesFrom(each, ancestor) {
  const bases = /** @type {import('typedoc').ReferenceType[]} */ (each?.extendedTypes ?? []);
  return bases.some(({ reflection }) => reflection === ancestor);
}

/** Where each name is described. @param {Model} model */
function homesOf(model) {
  /** @type {Map<string, string>} */
  const homes = new Map();
  for (const [specifier, module] of model) {
    for (const each of module.children ?? []) {
      if (!each.kindOf(ReflectionKind.Reference) && !homes.has(each.name)) homes.set(each.name, specifier);
    }
  }
  return homes;
}

/** @param {string} from @param {string} to */
function linkBetween(from, to) {
  return from === to ? '' : pageOf(to).replace('docs/api/', '');
}

/** @param {Reflection} each */
function targetOf(each) {
  return /** @type {import('typedoc').ReferenceReflection} */ (/** @type {unknown} */ (each)).getTargetReflection()
    .name;
}

/** @param {Reflection} each @returns {Comment | undefined} */
export function commentOf(each) {
  const signature = each.signatures?.find(({ comment }) => comment !== undefined) ?? each.getSignature;
  return each.comment ?? signature?.comment;
}

/** Names with an underscore are for adapters of others, which look for them. @param {Reflection} each */
export function isPublic(each) {
  if (each.flags.isPrivate || /^[_~]|^module\.exports$/.test(each.name)) return false;
  // Whoever makes objects by hand finds the constructor described.
  return !each.kindOf(ReflectionKind.Constructor) || commentOf(each) !== undefined;
}

const EMITTER = new Set([...Object.getOwnPropertyNames(EventEmitter.prototype), 'rawListeners']);

/** Node describes it. @param {Reflection} member */
export function isEmitters(member) {
  return EMITTER.has(member.name) && member.name !== 'emit' && member.name !== 'constructor';
}

/** @param {Reflection} each */
function isOptions(each) {
  return each.kindOf(ReflectionKind.Interface) && each.name.endsWith('Options');
}

/** @param {Reflection} member */
function signatures(member) {
  const texts = member.signatures?.map(signatureText) ?? [declarationText(member)];
  return texts.map((text) => `\`${text}\``).join('<br>');
}

/** @param {Comment | undefined} comment */
function examples(comment) {
  const all = comment?.getTags('@example') ?? [];
  return all.map(({ content }) => content.map(({ text }) => text).join('')).join('\n\n');
}

/** @param {string} text */
function closed(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
