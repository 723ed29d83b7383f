/** The time and the number of operations that one sample may use. */
export interface SampleBudget {
  /** Time before anything is counted, so that the hot code is compiled. */
  readonly warmUpMs: number;
  /** Number of timed laps; a sample's figure is their median. */
  readonly lapCount: number;
  /** Minimum duration of a lap. */
  readonly lapMs: number;
  /** Warm-up of a server under load. */
  readonly loadWarmUpMs: number;
  /** Time during which a server under load is measured. */
  readonly loadMs: number;
  /** Number of flows, or of requests, in a soak. */
  readonly soakCount: number;
}

export const SAMPLE_BUDGETS = {
  /** Servers. */
  full: { warmUpMs: 400, lapCount: 15, lapMs: 20, loadWarmUpMs: 1500, loadMs: 3000, soakCount: 1_000_000 },
  /** Browsers and the transform. */
  reduced: { warmUpMs: 300, lapCount: 11, lapMs: 20, loadWarmUpMs: 1500, loadMs: 3000, soakCount: 1_000_000 },
  /** Requests, where every round starts and measures up to five servers per framework. */
  requests: { warmUpMs: 300, lapCount: 11, lapMs: 20, loadWarmUpMs: 1200, loadMs: 1200, soakCount: 100_000 },
  /** `--short`: shows that everything works; too short for figures. */
  short: { warmUpMs: 100, lapCount: 5, lapMs: 5, loadWarmUpMs: 300, loadMs: 500, soakCount: 20_000 },
} as const satisfies Record<string, SampleBudget>;

export type BudgetName = keyof typeof SAMPLE_BUDGETS;
