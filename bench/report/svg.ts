/** The frame and the number format that all plots share. */

/** Plots have a transparent background, so texts and axes use a gray that is visible on light and on dark pages. */
export const GRAY = '#7d8590';

/**
 * Width of all plots. A phone shows them at nearly this size, so that their texts are as large as those around them; a
 * wider plot would be scaled down until they cannot be read.
 */
export const PLOT_WIDTH = 400;
export const FONT_SIZE = 14;
const TITLE_SIZE = 15;
const TITLE_LINE_HEIGHT = 20;
/** Mean width of a letter of the title, in pixels: a little more than in most fonts, so that a line never is too long. */
const TITLE_LETTER_WIDTH = 8;

/** Breaks a title into lines that fit between a margin at the left and the right end. */
function titleLines(title: string, margin: number): string[] {
  const maxLength = Math.floor((PLOT_WIDTH - 2 * margin) / TITLE_LETTER_WIDTH);
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > maxLength) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Height of the title, below which everything else is drawn. */
export function titleHeight(title: string, margin: number): number {
  return 10 + titleLines(title, margin).length * TITLE_LINE_HEIGHT;
}

/** A coordinate or length, rounded to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** @param elements lines of SVG that are drawn below the title */
export function renderSvgDocument(title: string, margin: number, height: number, elements: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PLOT_WIDTH} ${height}" width="${PLOT_WIDTH}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}">`,
    `  <title id="title">${escapeXml(title)}</title>`,
    ...titleLines(title, margin).map(
      (line, index) =>
        `  <text x="${margin}" y="${4 + (index + 1) * TITLE_LINE_HEIGHT}" font-size="${TITLE_SIZE}" font-weight="600" fill="${GRAY}">${escapeXml(line)}</text>`,
    ),
    ...elements,
    '</svg>',
  ].join('\n')}\n`;
}
