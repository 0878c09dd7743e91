import { describe, expect, it } from 'vitest';
import { offers } from '../src/capabilities';
import { statusTexts } from '../src/statusTexts';

describe('the status', () => {
  it('names environment, base and unresolved variables', () => {
    const texts = statusTexts({
      environment: 'production',
      base: 'base.infra',
      baseUri: 'file:///p/base.infra',
      unresolved: 2,
      version: 1,
    });
    expect(texts).toEqual({
      environment: 'Environment: production',
      base: 'Extends base.infra',
      variables: '2 unresolved variables',
      variablesNeedCare: true,
    });
  });

  it('says what there is not', () => {
    expect(statusTexts({ unresolved: 0, version: 1 })).toEqual({
      environment: 'No environment',
      base: 'Extends nothing',
      variables: 'All variables resolved',
      variablesNeedCare: false,
    });
  });

  it('says that a base is missing, and counts one variable as one', () => {
    const texts = statusTexts({ base: 'gone.infra', unresolved: 1, version: 1 });
    expect(texts.base).toBe('Extends gone.infra (not found)');
    expect(texts.variables).toBe('1 unresolved variable');
  });
});

describe('an extension of the protocol', () => {
  it.each([
    [{ experimental: { nexflow: { status: true } } }, true],
    [{ experimental: { nexflow: { status: false } } }, false],
    [{ experimental: { nexflow: { explain: true } } }, false],
    [{ experimental: { other: 1 } }, false],
    [{ experimental: null }, false],
    [{}, false],
    [undefined, false],
  ])('is used only when %j offers it', (capabilities, offered) => {
    expect(offers(capabilities, 'status')).toBe(offered);
  });
});
