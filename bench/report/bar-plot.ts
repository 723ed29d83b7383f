/**
 * Draws groups of horizontal bars over one linear axis from zero, as SVG. The name and figure of a bar are above it.
 */
import type { Summary } from '../measure/statistics.js';
import { escapeXml, GRAY, PLOT_WIDTH, px, renderSvgDocument, titleHeight } from './svg.js';

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

const MARGIN = 12;
const BAR_HEIGHT = 10;
/** Height of a bar with the label above it. */
const BAR_STEP = 36;
const HEADING_HEIGHT = 22;
const GROUP_GAP = 12;

export function drawBarPlot(title: string, groups: readonly BarGroup[]): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ length }) => length.max)));
  const scale = (PLOT_WIDTH - 2 * MARGIN) / longest;
  const elements: string[] = [];
  let y = titleHeight(title, MARGIN) + GROUP_GAP;
  for (const group of groups) {
    elements.push(
      `  <text x="${MARGIN}" y="${y + 14}" font-weight="600" fill="${GRAY}">${escapeXml(group.title)}</text>`,
    );
    y += HEADING_HEIGHT;
    for (const bar of group.bars) {
      elements.push(drawBar(bar, y, scale));
      y += BAR_STEP;
    }
    y += GROUP_GAP;
  }
  return renderSvgDocument(title, MARGIN, y, elements);
}

/** The label is above the bar: beside it, a narrow plot has no room for it. */
function drawBar({ name, color, isMain, length, figureText }: Bar, y: number, scale: number): string {
  const top = y + BAR_STEP - BAR_HEIGHT - 6;
  const middle = top + BAR_HEIGHT / 2;
  const [min, max] = [MARGIN + length.min * scale, MARGIN + length.max * scale];
  return [
    `  <g fill="${color}" stroke="${color}">`,
    `    <text x="${MARGIN}" y="${top - 5}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(`${name}: ${figureText}`)}</text>`,
    `    <rect x="${MARGIN}" y="${top}" width="${px(Math.max(1, length.median * scale))}" height="${BAR_HEIGHT}" rx="2" stroke="none"/>`,
    `    <line x1="${px(min)}" x2="${px(max)}" y1="${middle}" y2="${middle}" stroke="${GRAY}" stroke-width="1.5"/>`,
    '  </g>',
  ].join('\n');
}
