// How often a server that ended by itself is started again.

/** Allows at most `limit` restarts within any `windowMs` milliseconds. */
export class RestartBudget {
  private taken: number[] = [];

  constructor(
    readonly limit: number,
    readonly windowMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes one restart: its number within the window (1 is the first), or `undefined` when none is left. */
  take(): number | undefined {
    const now = this.now();
    this.taken = this.taken.filter((time) => now - time < this.windowMs);
    if (this.taken.length >= this.limit) return undefined;
    this.taken.push(now);
    return this.taken.length;
  }

  /** Forgets the past, because the user asked for a restart. */
  reset(): void {
    this.taken = [];
  }
}
