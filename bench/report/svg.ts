/** What plots have in common: the background is transparent, so texts are of a grey that is seen on light and on dark pages. */
export const GREY = '#7d8590';

export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A drawing under a title. */
export function drawing(title: string, left: number, width: number, height: number, lines: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">`,
    `  <title id="title">${escapeXml(title)}</title>`,
    `  <text x="${left}" y="26" font-size="15" font-weight="600" fill="${GREY}">${escapeXml(title)}</text>`,
    ...lines,
    '</svg>',
  ].join('\n')}\n`;
}
