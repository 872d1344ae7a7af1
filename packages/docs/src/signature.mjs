import { ReflectionKind } from 'typedoc';

/** @typedef {import('typedoc').DeclarationReflection} Reflection */
/** @typedef {import('typedoc').SignatureReflection} Signature */

/** Types that are longer say less than their docstring. */
const MAX_TYPE = 160;

/** A declaration on one line, as its author might have written it. @param {Reflection} each */
export function declarationText(each) {
  const { name, type } = each;
  if (each.kindOf(ReflectionKind.Class)) return `class ${name}${parameters(each)}${ancestor(each)}`;
  if (each.kindOf(ReflectionKind.Interface)) return `interface ${name}${parameters(each)}${ancestor(each)}`;
  if (each.kindOf(ReflectionKind.TypeAlias)) return `type ${name}${parameters(each)}${shortened(type, ' = ')}`;
  if (each.kindOf(ReflectionKind.Variable)) return `const ${name}`;
  if (each.signatures) return each.signatures.map(signatureText).join('\n');
  const optional = each.flags.isOptional ? '?' : '';
  return `${name}${optional}${shortened(type ?? each.getSignature?.type, ': ')}`;
}

/** @param {Signature} signature */
export function signatureText({ name, parameters: taken = [], type, kind }) {
  const all = taken.map(parameterText).join(', ');
  if (kind === ReflectionKind.ConstructorSignature) return `new ${name}(${all})`;
  return `${name}(${all})${shortened(type, ': ')}`;
}

/** @param {import('typedoc').ParameterReflection} parameter */
function parameterText({ name, flags, type, defaultValue }) {
  const optional = flags.isOptional || defaultValue !== undefined ? '?' : '';
  return `${flags.isRest ? '...' : ''}${name === '__namedParameters' ? 'options' : name}${optional}${shortened(type, ': ')}`;
}

/** @param {Reflection} each */
function parameters({ typeParameters = [] }) {
  return typeParameters.length === 0 ? '' : `<${typeParameters.map(({ name }) => name).join(', ')}>`;
}

/** @param {Reflection} each */
function ancestor({ extendedTypes = [] }) {
  const names = extendedTypes.map((type) => String(type).replace(/<.*/s, ''));
  return names.length === 0 ? '' : ` extends ${names.join(', ')}`;
}

/** @param {import('typedoc').SomeType | undefined} type @param {string} before */
function shortened(type, before) {
  const text = type === undefined ? '' : String(type).replace(/\s+/g, ' ');
  return text === '' || text.length > MAX_TYPE ? '' : before + text;
}
