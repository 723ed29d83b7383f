/** The frame and the number format that all plots share. */

/** Plots have a transparent background, so texts and axes use a gray that is visible on light and on dark pages. */
export const GRAY = '#7d8590';

/** A coordinate or length, rounded to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** @param elements lines of SVG that are drawn below the title */
export function renderSvgDocument(
  title: string,
  titleX: number,
  width: number,
  height: number,
  elements: readonly string[],
): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">`,
    `  <title id="title">${escapeXml(title)}</title>`,
    `  <text x="${titleX}" y="26" font-size="15" font-weight="600" fill="${GRAY}">${escapeXml(title)}</text>`,
    ...elements,
    '</svg>',
  ].join('\n')}\n`;
}
