import { defaults } from '@sio/core';
import { describe, expect, it } from 'vitest';
import { authDefaults } from '../../../core/src/namespace/access/authenticator.js';
import { rateDefaults } from '../../../core/src/namespace/access/rate-limits.js';
import { historyDefaults } from '../../../core/src/namespace/history/history-rules.js';
import { flashPolicyDefaults } from '../../../core/src/server/endpoint/flash-policy.js';
import { cookieDefaults, recoveryDefaults } from '../../../core/src/server/options/nested.js';
import { drainDefaults } from '../../../core/src/server/shutdown/drain.js';
import { adapterOptions, isLiteral, type Model, nestedOptions, type Option, optionsOf } from '../../src/options.mjs';

/** The value that a documented default stands for. */
function literalOf({ byDefault }: Option): unknown {
  return new Function(`return (${byDefault});`)();
}

function documentedValues(options: readonly Option[]): Record<string, unknown> {
  const literal = options.filter(({ byDefault }) => isLiteral(byDefault));
  return Object.fromEntries(literal.map((option) => [option.name, literalOf(option)]));
}

const NESTED: Readonly<Record<string, object>> = {
  auth: authDefaults,
  connectionStateRecovery: recoveryDefaults,
  cookie: cookieDefaults,
  drain: drainDefaults,
  flashPolicy: flashPolicyDefaults,
  history: historyDefaults,
  rateLimits: rateDefaults,
};

export function optionsSuite(model: () => Model): void {
  describe('docs/options.md', () => {
    it('has the defaults that the server has, all of them, and no others', () => {
      expect(documentedValues(optionsOf(model(), 'ServerOptions'))).toEqual(defaults);
    });

    it('has the defaults of options that are objects', () => {
      const documented = [...nestedOptions(model())].map(([name, options]) => [name, documentedValues(options)]);
      expect(Object.fromEntries(documented)).toEqual(NESTED);
    });

    it('has a meaning for each option, and a unit for each number', () => {
      const all = [...optionsOf(model(), 'ServerOptions'), ...[...nestedOptions(model()).values()].flat()];
      const wrong = [...all, ...adapterOptions(model())].filter(
        ({ meaning, unit, type }) => meaning === '' || (unit === '') === /^number\b/.test(type),
      );
      expect(wrong.map(({ name }) => name)).toEqual([]);
    });
  });

  describe('the defaults', () => {
    it('cannot be changed', () => {
      for (const value of [defaults, ...Object.values(defaults)]) expect(Object.isFrozen(value)).toBe(true);
    });
  });
}
