/** Draws lines over two logarithmic axes, as SVG. Each line's name follows its end, so the plot needs no legend. */
import type { Summary } from '../measure/statistics.js';
import { formatNanoseconds } from './figure-format.js';
import { escapeXml, GRAY, px, renderSvgDocument } from './svg.js';

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
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 84;
const RIGHT = WIDTH - 128;
const TOP = 48;
const BOTTOM = HEIGHT - 60;
const LABEL_HEIGHT = 18;

interface Axis {
  readonly ticks: readonly number[];
  /** Converts a value to a coordinate. */
  coordinateOf(value: number): number;
}

export function drawLinePlot({ title, xLabel, yLabel, lines }: LinePlot): string {
  const points = lines.flatMap((line) => line.points);
  const x = logAxis(
    points.map((point) => point.x),
    LEFT,
    RIGHT,
  );
  const y = logAxis(
    points.flatMap((point) => [point.y.min, point.y.max]),
    BOTTOM,
    TOP,
  );
  const ends = lines.map(({ points }) => y.coordinateOf(points.at(-1)?.y.median ?? 1));
  const labels = spreadLabels(ends, LABEL_HEIGHT, TOP, BOTTOM);
  return renderSvgDocument(title, LEFT, WIDTH, HEIGHT, [
    ...y.ticks.flatMap((tick) => [
      `  <line x1="${LEFT}" x2="${RIGHT}" y1="${px(y.coordinateOf(tick))}" y2="${px(y.coordinateOf(tick))}" stroke="${GRAY}" stroke-opacity="0.3"/>`,
      text(LEFT - 10, y.coordinateOf(tick) + 4, 'end', formatNanoseconds(tick)),
    ]),
    ...x.ticks.flatMap((tick) => [
      `  <line x1="${px(x.coordinateOf(tick))}" x2="${px(x.coordinateOf(tick))}" y1="${TOP}" y2="${BOTTOM}" stroke="${GRAY}" stroke-opacity="0.3"/>`,
      text(x.coordinateOf(tick), BOTTOM + 20, 'middle', String(tick)),
    ]),
    text((LEFT + RIGHT) / 2, BOTTOM + 44, 'middle', xLabel),
    `  <text transform="translate(20 ${px((TOP + BOTTOM) / 2)}) rotate(-90)" text-anchor="middle" fill="${GRAY}">${escapeXml(yLabel)}</text>`,
    ...lines.map((line, index) => drawLine(line, x, y, ends[index] ?? 0, labels[index] ?? 0)),
  ]);
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
    `    <line x1="${px(lastX + 6)}" y1="${px(endY)}" x2="${px(RIGHT + 20)}" y2="${px(labelY)}" stroke-width="1" stroke-opacity="0.6"/>`,
    `    <text x="${RIGHT + 24}" y="${px(labelY + 4)}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(name)}</text>`,
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
