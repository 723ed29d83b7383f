/** How long a sample takes its time. */
export interface Pace {
  /** Before anything counts, so that the hot code is compiled. */
  readonly warmUpMs: number;
  readonly laps: number;
  readonly lapMs: number;
  readonly trafficWarmUpMs: number;
  readonly trafficMs: number;
  /** How many flows, or requests, a soak has. */
  readonly flows: number;
}

export const PACES = {
  full: { warmUpMs: 400, laps: 15, lapMs: 20, trafficWarmUpMs: 1500, trafficMs: 3000, flows: 1_000_000 },
  brief: { warmUpMs: 300, laps: 11, lapMs: 20, trafficWarmUpMs: 1500, trafficMs: 3000, flows: 1_000_000 },
  short: { warmUpMs: 300, laps: 11, lapMs: 20, trafficWarmUpMs: 1200, trafficMs: 1200, flows: 100_000 },
  quick: { warmUpMs: 100, laps: 5, lapMs: 5, trafficWarmUpMs: 300, trafficMs: 500, flows: 20_000 },
} as const satisfies Record<string, Pace>;

export type PaceName = keyof typeof PACES;
