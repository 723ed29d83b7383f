/** What is said about a few figures: their median, and between which two they all lie. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('the median of nothing');
  return (lower + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Figure by figure, each against the one of the same round, so that a slow moment of the machine weighs on both. */
export function ratios(figures: readonly number[], references: readonly number[]): Summary {
  return summarize(pairs(figures, references).map(([figure, reference]) => figure / reference));
}

/** The same, by how much each is above. */
export function differences(figures: readonly number[], references: readonly number[]): Summary {
  return summarize(pairs(figures, references).map(([figure, reference]) => figure - reference));
}

function pairs(figures: readonly number[], references: readonly number[]): [number, number][] {
  return figures.map((figure, round) => {
    const reference = references[round];
    if (reference === undefined) throw new Error('a round without its reference');
    return [figure, reference];
  });
}
