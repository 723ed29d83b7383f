/** A plot with two logarithmic axes, as SVG. Each line ends in its own name, so there is no legend. */

import type { Summary } from '../measure/statistics.js';
import { ns } from './figure-format.js';
import { drawing, escapeXml, GREY, px } from './svg.js';

export interface Point {
  readonly x: number;
  readonly y: Summary;
}

export interface Line {
  readonly name: string;
  readonly color: string;
  /** The one that the plot is about. */
  readonly isMain: boolean;
  readonly points: readonly Point[];
}

export interface Plot {
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
  place(value: number): number;
}

export function drawPlot({ title, xLabel, yLabel, lines }: Plot): string {
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
  const ends = lines.map(({ points }) => y.place(points.at(-1)?.y.median ?? 1));
  const labels = spread(ends, LABEL_HEIGHT, TOP, BOTTOM);
  return drawing(title, LEFT, WIDTH, HEIGHT, [
    ...y.ticks.flatMap((tick) => [
      `  <line x1="${LEFT}" x2="${RIGHT}" y1="${px(y.place(tick))}" y2="${px(y.place(tick))}" stroke="${GREY}" stroke-opacity="0.3"/>`,
      text(LEFT - 10, y.place(tick) + 4, 'end', ns(tick)),
    ]),
    ...x.ticks.flatMap((tick) => [
      `  <line x1="${px(x.place(tick))}" x2="${px(x.place(tick))}" y1="${TOP}" y2="${BOTTOM}" stroke="${GREY}" stroke-opacity="0.3"/>`,
      text(x.place(tick), BOTTOM + 20, 'middle', String(tick)),
    ]),
    text((LEFT + RIGHT) / 2, BOTTOM + 44, 'middle', xLabel),
    `  <text transform="translate(20 ${px((TOP + BOTTOM) / 2)}) rotate(-90)" text-anchor="middle" fill="${GREY}">${escapeXml(yLabel)}</text>`,
    ...lines.map((line, index) => drawLine(line, x, y, ends[index] ?? 0, labels[index] ?? 0)),
  ]);
}

function drawLine({ name, color, isMain, points }: Line, x: Axis, y: Axis, end: number, label: number): string {
  const path = points.map((point) => `${px(x.place(point.x))},${px(y.place(point.y.median))}`).join(' ');
  const lastX = x.place(points.at(-1)?.x ?? 1);
  return [
    `  <g stroke="${color}" fill="${color}">`,
    `    <polyline points="${path}" fill="none" stroke-width="${isMain ? 3.5 : 2}"/>`,
    ...points.flatMap((point) => [
      `    <line x1="${px(x.place(point.x))}" x2="${px(x.place(point.x))}" y1="${px(y.place(point.y.min))}" y2="${px(y.place(point.y.max))}" stroke-width="1.5"/>`,
      `    <circle cx="${px(x.place(point.x))}" cy="${px(y.place(point.y.median))}" r="${isMain ? 4.5 : 3}" stroke="none"/>`,
    ]),
    `    <line x1="${px(lastX + 6)}" y1="${px(end)}" x2="${px(RIGHT + 20)}" y2="${px(label)}" stroke-width="1" stroke-opacity="0.6"/>`,
    `    <text x="${RIGHT + 24}" y="${px(label + 4)}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(name)}</text>`,
    '  </g>',
  ].join('\n');
}

/** From the power of ten below the values to the one above. */
function logAxis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  };
}

/** Moves places apart until each has `gap` to the next, in their order and as near to where they were as may be. */
export function spread(places: readonly number[], gap: number, low: number, high: number): number[] {
  const order = places.map((_, index) => index).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const groups: { members: number[]; middle: number }[] = [];
  const width = (members: readonly number[]) => (members.length - 1) * gap;
  for (const index of order) {
    let members = [index];
    let middle = centre(members, places, width(members), low, high);
    for (let last = groups.at(-1); last !== undefined; last = groups.at(-1)) {
      if (middle - width(members) / 2 - (last.middle + width(last.members) / 2) >= gap) break;
      groups.pop();
      members = [...last.members, ...members];
      middle = centre(members, places, width(members), low, high);
    }
    groups.push({ members, middle });
  }
  const moved = [...places];
  for (const { members, middle } of groups) {
    members.forEach((index, at) => {
      moved[index] = middle - width(members) / 2 + at * gap;
    });
  }
  return moved;
}

/** The middle of a group of this width, kept between the bounds. */
function centre(members: readonly number[], places: readonly number[], width: number, low: number, high: number) {
  const mean = members.reduce((sum, index) => sum + (places[index] ?? 0), 0) / members.length;
  return Math.min(Math.max(mean, low + width / 2), high - width / 2);
}

function text(x: number, y: number, anchor: 'end' | 'middle', content: string): string {
  return `  <text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${GREY}">${escapeXml(content)}</text>`;
}
