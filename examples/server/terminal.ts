/** Terminal output, styled only if the terminal supports color. */
const hasColors = process.stdout.isTTY && process.stdout.hasColors();

const style = (open: number, close: number) => (text: string) =>
  hasColors ? `\x1b[${open}m${text}\x1b[${close}m` : text;

export const bold = style(1, 22);
export const faint = style(2, 22);
export const red = style(31, 39);
export const green = style(32, 39);

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Formats a count with thousands separators: 12,345. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}
