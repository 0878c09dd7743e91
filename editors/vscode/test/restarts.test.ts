import { describe, expect, it } from 'vitest';
import { RestartBudget } from '../src/server/restarts';

describe('a server that ends by itself', () => {
  it('is started again five times in three minutes, and no more', () => {
    let now = 0;
    const budget = new RestartBudget(5, 180_000, () => now);
    const taken = [];
    for (let crash = 0; crash < 7; crash += 1) {
      taken.push(budget.take());
      now += 1_000;
    }
    expect(taken).toEqual([1, 2, 3, 4, 5, undefined, undefined]);
  });

  it('is started again once the oldest restart is three minutes old', () => {
    let now = 0;
    const budget = new RestartBudget(5, 180_000, () => now);
    for (let crash = 0; crash < 5; crash += 1) {
      budget.take();
      now += 10_000;
    }
    now = 179_999;
    expect(budget.take()).toBeUndefined();
    now = 180_000;
    expect(budget.take()).toBe(5);
    expect(budget.take()).toBeUndefined();
  });

  it('may crash for ever when it crashes seldom', () => {
    let now = 0;
    const budget = new RestartBudget(5, 180_000, () => now);
    for (let crash = 0; crash < 100; crash += 1) {
      expect(budget.take()).toBeDefined();
      now += 40_000;
    }
  });

  it('has a clean slate after a restart that the user asked for', () => {
    const budget = new RestartBudget(1, 180_000, () => 0);
    expect(budget.take()).toBe(1);
    expect(budget.take()).toBeUndefined();
    budget.reset();
    expect(budget.take()).toBe(1);
  });
});
