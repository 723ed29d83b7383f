/**
 * Draws groups of horizontal bars over one linear axis from zero, as SVG. The name and figure of a bar follow its end.
 */
import type { Summary } from '../measure/statistics.js';
import { escapeXml, GRAY, px, renderSvgDocument } from './svg.js';

export interface Bar {
  readonly name: string;
  readonly color: string;
  /** Whether the plot is about this bar; its label is bold. */
  readonly isMain: boolean;
  readonly length: Summary;
  /** The figure as text. */
  readonly figureText: string;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LEFT = 20;
/** Length of the longest bar, which leaves room for its label. */
const MAX_LENGTH = 420;
const TOP = 44;
const BAR_HEIGHT = 16;
const BAR_STEP = 22;
const HEADING_HEIGHT = 24;
const GROUP_GAP = 12;

export function drawBarPlot(title: string, groups: readonly BarGroup[]): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ length }) => length.max)));
  const scale = MAX_LENGTH / longest;
  const elements: string[] = [];
  let y = TOP;
  for (const group of groups) {
    elements.push(
      `  <text x="${LEFT}" y="${y + 14}" font-weight="600" fill="${GRAY}">${escapeXml(group.title)}</text>`,
    );
    y += HEADING_HEIGHT;
    for (const bar of group.bars) {
      elements.push(drawBar(bar, y, scale));
      y += BAR_STEP;
    }
    y += GROUP_GAP;
  }
  return renderSvgDocument(title, LEFT, WIDTH, y, elements);
}

function drawBar({ name, color, isMain, length, figureText }: Bar, y: number, scale: number): string {
  const middle = y + BAR_HEIGHT / 2;
  const [min, max] = [LEFT + length.min * scale, LEFT + length.max * scale];
  return [
    `  <g fill="${color}" stroke="${color}">`,
    `    <rect x="${LEFT}" y="${y}" width="${px(Math.max(1, length.median * scale))}" height="${BAR_HEIGHT}" rx="2" stroke="none"/>`,
    `    <line x1="${px(min)}" x2="${px(max)}" y1="${middle}" y2="${middle}" stroke="${GRAY}" stroke-width="1.5"/>`,
    `    <text x="${px(max + 8)}" y="${middle + 4.5}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(`${name}: ${figureText}`)}</text>`,
    '  </g>',
  ].join('\n');
}
