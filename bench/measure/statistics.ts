/** A summary of a few figures: their median and their range. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('An empty list has no median.');
  return (lower + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Divides each figure by the reference's figure of the same round, so that a slow moment of the machine affects both.
 */
export function summarizeRatios(figures: readonly number[], references: readonly number[]): Summary {
  return summarize(pairByRound(figures, references).map(([figure, reference]) => figure / reference));
}

/** Summarizes the differences of figures from the reference's figures of the same round. */
export function summarizeDifferences(figures: readonly number[], references: readonly number[]): Summary {
  return summarize(pairByRound(figures, references).map(([figure, reference]) => figure - reference));
}

function pairByRound(figures: readonly number[], references: readonly number[]): [number, number][] {
  return figures.map((figure, round) => {
    const reference = references[round];
    if (reference === undefined) throw new Error(`Round ${round + 1} has a figure but no reference figure.`);
    return [figure, reference];
  });
}
