/**
 * Requests a second of this very server, with its ids in different storages or in none.
 *
 * Each variant is a process of its own, because on Node 20 and 22 a process that has once used a storage stays slower.
 * All of them are warmed up first. Then they are measured in turns, many times and each time for a short while, so that
 * whatever else the machine does meets all of them alike.
 */
import { ComparisonServer, type Measurement } from './comparison-server.js';
import type { StorageName } from './options.js';

const ROUNDS = 7;

const variants: readonly Variant[] = [
  { storage: 'none', storages: 0 },
  { storage: 'runtime', storages: 1 },
  { storage: 'throughline', storages: 1 },
  { storage: 'runtime', storages: 10 },
  { storage: 'throughline', storages: 10 },
];

interface Variant {
  readonly storage: StorageName;
  /** How many storages hold a value while a request is worked on. */
  readonly storages: number;
}

interface MeasuredVariant {
  readonly variant: Variant;
  readonly server: ComparisonServer;
  readonly measurements: Measurement[];
}

export interface ComparisonRow extends Variant {
  /** Requests a second. */
  readonly rate: { readonly median: number; readonly lowest: number; readonly highest: number };
  /** Milliseconds of processor time a request, the median. */
  readonly cost: number;
  readonly mixedUp: number;
}

export interface ComparisonOptions {
  /** The size of it all: half of it warms a variant up, a twelfth is one measurement. */
  readonly requests: number;
  readonly signal: AbortSignal;
  /** Told again and again how much of all is done, from 0 to 1. */
  readonly onProgress: (done: number) => void;
}

export async function compareStorages({
  requests,
  signal,
  onProgress,
}: ComparisonOptions): Promise<readonly ComparisonRow[]> {
  const servers = variants.map((variant): MeasuredVariant => {
    const server = new ComparisonServer(variant.storage, variant.storages, signal);
    return { variant, server, measurements: [] };
  });
  const warmUp = Math.ceil(requests / 2);
  const window = Math.ceil(requests / 12);
  const total = servers.length * (warmUp + ROUNDS * window);
  let answered = 0;
  const onResponse = () => onProgress(++answered / total);

  const end = () => Promise.all(servers.map(({ server }) => server.close()));
  signal.addEventListener('abort', end);
  try {
    await Promise.all(servers.map(({ server }) => server.measure(warmUp, onResponse)));
    for (let round = 0; round < ROUNDS; round++) {
      // Each round begins with another one, so that none always comes first.
      for (let turn = 0; turn < servers.length; turn++) {
        const next = servers[(round + turn) % servers.length];
        next?.measurements.push(await next.server.measure(window, onResponse));
      }
    }
    return servers.map(rowOf);
  } finally {
    signal.removeEventListener('abort', end);
    await end();
  }
}

function rowOf({ variant, measurements }: MeasuredVariant): ComparisonRow {
  const rates = sorted(measurements.map(({ rate }) => rate));
  return {
    ...variant,
    rate: { median: middle(rates), lowest: rates[0] ?? 0, highest: rates.at(-1) ?? 0 },
    cost: middle(sorted(measurements.map(({ cost }) => cost))),
    // Where nothing is stored, each read finds nothing, and nothing is mixed up.
    mixedUp: variant.storage === 'none' ? 0 : measurements.reduce((sum, { mixedUp }) => sum + mixedUp, 0),
  };
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function middle(numbers: readonly number[]): number {
  return numbers[Math.floor(numbers.length / 2)] ?? 0;
}
