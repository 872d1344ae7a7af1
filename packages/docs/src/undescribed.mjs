import { ReflectionKind } from 'typedoc';
import { commentOf, isEmitters, isPublic } from './reference.mjs';

/** @typedef {import('typedoc').DeclarationReflection} Reflection */

/**
 * Public names that no docstring describes.
 *
 * @param {import('./options.mjs').Model} model
 * @returns {string[]}
 */
export function undescribed(model) {
  const own = [...model.values()].flatMap(({ children = [] }) => children).filter(isOwn);
  return own.flatMap((each) => [
    ...(isDescribed(each) ? [] : [each.name]),
    ...(each.children ?? [])
      .filter((member) => isPublic(member) && !isEmitters(member) && !isDescribed(member))
      .map((member) => `${each.name}.${member.name}`),
  ]);
}

/** @param {Reflection} each */
function isOwn(each) {
  return !each.kindOf(ReflectionKind.Reference) && isPublic(each);
}

/** @param {Reflection} each */
function isDescribed(each) {
  const comment = commentOf(each);
  return (
    each.kindOf(ReflectionKind.Constructor) ||
    (comment !== undefined && (comment.summary.length > 0 || comment.getTag('@deprecated') !== undefined))
  );
}
