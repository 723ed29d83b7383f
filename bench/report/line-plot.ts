/**
 * Draws lines over two axes, as SVG. Each line's name follows its end, so the plot needs no legend. The axis of `y` is
 * logarithmic, and so is that of `x` if its values differ by a factor of more than 20.
 */
import type { Summary } from '../measure/statistics.js';
import type { Unit } from '../suite/suite.js';
import { formatFigure, formatTick } from './figure-format.js';
import { escapeXml, GRAY, PLOT_WIDTH, px, renderSvgDocument, titleHeight } from './svg.js';

export interface Point {
  readonly x: number;
  readonly y: Summary;
}

export interface Line {
  readonly name: string;
  readonly color: string;
  /** Whether the plot is about this line; it is drawn bold. */
  readonly isMain: boolean;
  readonly points: readonly Point[];
}

export interface LinePlot {
  /** States also what `y` is. */
  readonly title: string;
  readonly xLabel: string;
  /** The unit of `y`. */
  readonly unit: Unit;
  readonly lines: readonly Line[];
}

const MARGIN = 8;
const LEFT = 66;
/** The end of the axis of `x`, which leaves room for the names of the lines. */
const RIGHT = PLOT_WIDTH - 116;
const PLOT_HEIGHT = 220;
const LABEL_HEIGHT = 18;
/** A logarithmic axis is from one power of ten to another, which leaves little of a shorter range. */
const MAX_LINEAR_RANGE = 20;

interface Axis {
  readonly ticks: readonly number[];
  /** Converts a value to a coordinate. */
  coordinateOf(value: number): number;
}

export function drawLinePlot({ title, xLabel, unit, lines }: LinePlot): string {
  const points = lines.flatMap((line) => line.points);
  const top = titleHeight(title, MARGIN) + 14;
  const bottom = top + PLOT_HEIGHT;
  const x = makeXAxis(points.map((point) => point.x));
  const y = logAxis(
    points.flatMap((point) => [point.y.min, point.y.max]),
    bottom,
    top,
  );
  const ends = lines.map(({ points }) => y.coordinateOf(points.at(-1)?.y.median ?? 1));
  const labels = spreadLabels(ends, LABEL_HEIGHT, top, bottom);
  return renderSvgDocument(title, MARGIN, bottom + 54, [
    ...y.ticks.flatMap((tick) => [
      `  <line x1="${LEFT}" x2="${RIGHT}" y1="${px(y.coordinateOf(tick))}" y2="${px(y.coordinateOf(tick))}" stroke="${GRAY}" stroke-opacity="0.3"/>`,
      text(LEFT - 8, y.coordinateOf(tick) + 5, 'end', formatFigure(unit, tick)),
    ]),
    ...x.ticks.flatMap((tick) => [
      `  <line x1="${px(x.coordinateOf(tick))}" x2="${px(x.coordinateOf(tick))}" y1="${top}" y2="${bottom}" stroke="${GRAY}" stroke-opacity="0.3"/>`,
      text(x.coordinateOf(tick), bottom + 20, 'middle', formatTick(tick)),
    ]),
    text((LEFT + RIGHT) / 2, bottom + 42, 'middle', xLabel),
    ...lines.map((line, index) => drawLine(line, x, y, ends[index] ?? 0, labels[index] ?? 0)),
  ]);
}

function makeXAxis(values: readonly number[]): Axis {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  if (min === max || max / min > MAX_LINEAR_RANGE) return logAxis(values, LEFT, RIGHT);
  return {
    ticks: [...new Set(values)],
    coordinateOf: (value) => LEFT + ((value - min) / (max - min)) * (RIGHT - LEFT),
  };
}

function drawLine({ name, color, isMain, points }: Line, x: Axis, y: Axis, endY: number, labelY: number): string {
  const path = points.map((point) => `${px(x.coordinateOf(point.x))},${px(y.coordinateOf(point.y.median))}`).join(' ');
  const lastX = x.coordinateOf(points.at(-1)?.x ?? 1);
  return [
    `  <g stroke="${color}" fill="${color}">`,
    `    <polyline points="${path}" fill="none" stroke-width="${isMain ? 3.5 : 2}"/>`,
    ...points.flatMap((point) => [
      `    <line x1="${px(x.coordinateOf(point.x))}" x2="${px(x.coordinateOf(point.x))}" y1="${px(y.coordinateOf(point.y.min))}" y2="${px(y.coordinateOf(point.y.max))}" stroke-width="1.5"/>`,
      `    <circle cx="${px(x.coordinateOf(point.x))}" cy="${px(y.coordinateOf(point.y.median))}" r="${isMain ? 4.5 : 3}" stroke="none"/>`,
    ]),
    `    <line x1="${px(lastX + 5)}" y1="${px(endY)}" x2="${px(RIGHT + 14)}" y2="${px(labelY)}" stroke-width="1" stroke-opacity="0.6"/>`,
    `    <text x="${RIGHT + 16}" y="${px(labelY + 5)}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(name)}</text>`,
    '  </g>',
  ].join('\n');
}

/** An axis from the power of ten below all values to the one above them. */
function logAxis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    coordinateOf: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  };
}

/**
 * Moves labels apart, so that neighbors are at least `gap` apart. The labels stay in their order, between the bounds,
 * and as near to their original coordinates as possible.
 */
export function spreadLabels(coordinates: readonly number[], gap: number, low: number, high: number): number[] {
  const order = coordinates.map((_, index) => index).sort((a, b) => (coordinates[a] ?? 0) - (coordinates[b] ?? 0));
  const groups: { members: number[]; center: number }[] = [];
  const extent = (members: readonly number[]) => (members.length - 1) * gap;
  for (const index of order) {
    let members = [index];
    let center = centerOf(members, coordinates, extent(members), low, high);
    // Merge with the group before as long as the two overlap.
    for (let last = groups.at(-1); last !== undefined; last = groups.at(-1)) {
      if (center - extent(members) / 2 - (last.center + extent(last.members) / 2) >= gap) break;
      groups.pop();
      members = [...last.members, ...members];
      center = centerOf(members, coordinates, extent(members), low, high);
    }
    groups.push({ members, center });
  }
  const moved = [...coordinates];
  for (const { members, center } of groups) {
    members.forEach((index, position) => {
      moved[index] = center - extent(members) / 2 + position * gap;
    });
  }
  return moved;
}

/** The mean coordinate of a group of labels, moved so that the whole group is between the bounds. */
function centerOf(
  members: readonly number[],
  coordinates: readonly number[],
  extent: number,
  low: number,
  high: number,
): number {
  const mean = members.reduce((sum, index) => sum + (coordinates[index] ?? 0), 0) / members.length;
  return Math.min(Math.max(mean, low + extent / 2), high - extent / 2);
}

function text(x: number, y: number, anchor: 'end' | 'middle', content: string): string {
  return `  <text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${GRAY}">${escapeXml(content)}</text>`;
}
