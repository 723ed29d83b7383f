/**
 * States how a figure grows with what is counted: flat, with the logarithm, or linear. Each is a line `c + d · f(x)`
 * with f(x) = 0, log10(x) or x, fitted by least squares of the relative errors, because the figures of a curve can differ
 * by powers of ten. The simplest line that fits is taken.
 */
import type { Unit } from '../suite/suite.js';
import { formatFigure, formatRatio } from './figure-format.js';

export interface FitPoint {
  readonly x: number;
  readonly y: number;
}

export interface Fit {
  readonly kind: 'flat' | 'falling' | 'logarithmic' | 'linear' | 'irregular';
  readonly constant: number;
  /** What is added for each unit of `x`, or for ten times as many if the curve is logarithmic. */
  readonly slope: number;
  /** The root of the mean of the squares of the relative errors. */
  readonly error: number;
  /** The last figure divided by the first. */
  readonly growth: number;
}

/** A curve that stays within this factor from its first to its last point is flat. */
const FLAT_GROWTH = 1.5;
/** The largest error of a fit. */
const MAX_ERROR = 0.35;

/** @throws {Error} if there are fewer than three points: two points fit every line */
export function fitCurve(points: readonly FitPoint[]): Fit {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 3) {
    throw new Error(`A fit needs at least three points, but there are ${points.length}.`);
  }
  const growth = last.y / first.y;
  const flat = fitLine(points, () => 0);
  const logarithmic = fitLine(points, Math.log10);
  const linear = fitLine(points, (x) => x);
  const fittedGrowth = logarithmic.at(last.x) / logarithmic.at(first.x);
  const { constant: level, error: flatError } = flat;
  if (growth < 1 / FLAT_GROWTH) return { kind: 'falling', constant: level, slope: 0, error: flatError, growth };
  if (flatError <= MAX_ERROR && Math.max(growth, fittedGrowth) <= FLAT_GROWTH) {
    return { kind: 'flat', constant: level, slope: 0, error: flatError, growth };
  }
  const [kind, line] =
    linear.error < logarithmic.error ? (['linear', linear] as const) : (['logarithmic', logarithmic] as const);
  const { constant, slope, error } = line;
  return { kind: error <= MAX_ERROR ? kind : 'irregular', constant, slope, error, growth };
}

/** @param one what is counted, in the singular */
export function formatFit(unit: Unit, one: string, { kind, constant, slope, growth }: Fit): string {
  const figure = (value: number) => formatFigure(unit, value);
  switch (kind) {
    case 'flat':
      return `flat: ${figure(constant)}`;
    case 'falling':
      return `falls to ${formatRatio(growth)} ×`;
    case 'logarithmic':
      return `logarithmic: ${figure(slope)} more for ten times as many`;
    case 'linear': {
      // A figure has one decimal place, so a slope of 0.001 ns would be none.
      const isSmall = Math.abs(slope) < 0.05;
      return `linear: ${figure(constant)} and ${isSmall ? `${figure(slope * 1000)} per thousand` : `${figure(slope)} per ${one}`}`;
    }
    case 'irregular':
      return `${formatRatio(growth)} × from first to last, along none of these lines`;
  }
}

interface FittedLine {
  readonly constant: number;
  readonly slope: number;
  readonly error: number;
  at(x: number): number;
}

function fitLine(points: readonly FitPoint[], scale: (x: number) => number): FittedLine {
  // Dividing by y turns the relative errors into absolute ones: 1 = c · (1 / y) + d · (f(x) / y).
  let [aa, ab, bb, a, b] = [0, 0, 0, 0, 0];
  for (const { x, y } of points) {
    const [u, v] = [1 / y, scale(x) / y];
    aa += u * u;
    ab += u * v;
    bb += v * v;
    a += u;
    b += v;
  }
  const determinant = aa * bb - ab * ab;
  const hasSlope = bb > 0 && determinant > 1e-12 * aa * bb;
  const slope = hasSlope ? (aa * b - ab * a) / determinant : 0;
  const constant = hasSlope ? (bb * a - ab * b) / determinant : a / aa;
  const at = (x: number) => constant + slope * scale(x);
  const squares = points.map(({ x, y }) => (at(x) / y - 1) ** 2);
  return { constant, slope, error: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / points.length), at };
}
