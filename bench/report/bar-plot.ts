/** Groups of bars over one axis that begins at nothing, as SVG. Each bar ends in its own name and figure. */
import type { Summary } from '../measure/statistics.js';
import { drawing, escapeXml, GREY, px } from './svg.js';

export interface Bar {
  readonly name: string;
  readonly color: string;
  readonly isMain: boolean;
  readonly length: Summary;
  /** The figure in words. */
  readonly shown: string;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LEFT = 20;
/** The longest bar still has room for its name. */
const LONGEST = 420;
const TOP = 44;
const BAR = 16;
const STEP = 22;
const HEADING = 24;
const GAP = 12;

export function drawBars(title: string, groups: readonly BarGroup[]): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ length }) => length.max)));
  const scale = LONGEST / longest;
  const lines: string[] = [];
  let y = TOP;
  for (const group of groups) {
    lines.push(`  <text x="${LEFT}" y="${y + 14}" font-weight="600" fill="${GREY}">${escapeXml(group.title)}</text>`);
    y += HEADING;
    for (const bar of group.bars) {
      lines.push(drawBar(bar, y, scale));
      y += STEP;
    }
    y += GAP;
  }
  return drawing(title, LEFT, WIDTH, y, lines);
}

function drawBar({ name, color, isMain, length, shown }: Bar, y: number, scale: number): string {
  const middle = y + BAR / 2;
  const [min, max] = [LEFT + length.min * scale, LEFT + length.max * scale];
  return [
    `  <g fill="${color}" stroke="${color}">`,
    `    <rect x="${LEFT}" y="${y}" width="${px(Math.max(1, length.median * scale))}" height="${BAR}" rx="2" stroke="none"/>`,
    `    <line x1="${px(min)}" x2="${px(max)}" y1="${middle}" y2="${middle}" stroke="${GREY}" stroke-width="1.5"/>`,
    `    <text x="${px(max + 8)}" y="${middle + 4.5}" stroke="none" font-weight="${isMain ? 700 : 500}">${escapeXml(`${name}: ${shown}`)}</text>`,
    '  </g>',
  ].join('\n');
}
