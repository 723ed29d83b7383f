/**
 * Requests per second of this server with its request ids in different storages, or in none.
 *
 * Each variant runs in its own process, because on Node 20 and 22 a process stays slower once it has used a storage.
 * All variants are warmed up first. They are then measured in turns, often and briefly, so that other load on the
 * machine affects all of them alike.
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
  /** The number of storages that hold a value while a request is handled. */
  readonly storages: number;
}

interface MeasuredVariant {
  readonly variant: Variant;
  readonly server: ComparisonServer;
  readonly measurements: Measurement[];
}

export interface ComparisonRow extends Variant {
  /** Requests per second. */
  readonly rate: { readonly median: number; readonly lowest: number; readonly highest: number };
  /** The median CPU time per request, in milliseconds. */
  readonly cost: number;
  readonly mixedUp: number;
}

export interface ComparisonOptions {
  /** Scales the comparison: warming up a variant takes half as many requests, and each measurement a twelfth. */
  readonly requests: number;
  readonly signal: AbortSignal;
  /** Called after each response with the completed share, from 0 to 1. */
  readonly onProgress: (done: number) => void;
}

export async function compareStorages({
  requests,
  signal,
  onProgress,
}: ComparisonOptions): Promise<readonly ComparisonRow[]> {
  const measured = variants.map((variant): MeasuredVariant => {
    const server = new ComparisonServer(variant.storage, variant.storages, signal);
    return { variant, server, measurements: [] };
  });
  const warmUp = Math.ceil(requests / 2);
  const window = Math.ceil(requests / 12);
  const total = measured.length * (warmUp + ROUNDS * window);
  let responses = 0;
  const onResponse = () => onProgress(++responses / total);

  const closeAll = () => Promise.all(measured.map(({ server }) => server.close()));
  signal.addEventListener('abort', closeAll);
  try {
    await Promise.all(measured.map(({ server }) => server.measure(warmUp, onResponse)));
    for (let round = 0; round < ROUNDS; round++) {
      // Each round starts with a different variant, so that none is always measured first.
      for (let turn = 0; turn < measured.length; turn++) {
        const next = measured[(round + turn) % measured.length];
        next?.measurements.push(await next.server.measure(window, onResponse));
      }
    }
    return measured.map(rowOf);
  } finally {
    signal.removeEventListener('abort', closeAll);
    await closeAll();
  }
}

function rowOf({ variant, measurements }: MeasuredVariant): ComparisonRow {
  const rates = sorted(measurements.map(({ rate }) => rate));
  return {
    ...variant,
    rate: { median: middle(rates), lowest: rates[0] ?? 0, highest: rates.at(-1) ?? 0 },
    cost: middle(sorted(measurements.map(({ cost }) => cost))),
    // Without a storage every read returns undefined, which counts as mixed up but is not.
    mixedUp: variant.storage === 'none' ? 0 : measurements.reduce((sum, { mixedUp }) => sum + mixedUp, 0),
  };
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function middle(numbers: readonly number[]): number {
  return numbers[Math.floor(numbers.length / 2)] ?? 0;
}
