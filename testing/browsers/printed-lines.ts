/** Opens a page, and returns what its scripts print. */
import type { Browser } from './browser.js';
import type { PageServer } from './page-server.js';

/** How long a page may take until it has printed all lines, in milliseconds. */
const TIME_LIMIT = 20_000;

/** A page that prints. */
export interface PrintingPage {
  /** The path at which the server has the page. */
  readonly path: string;
  /** The page, which begins with `<!doctype html>`. */
  readonly html: string;
  /** The number of lines to wait for. */
  readonly lineCount: number;
}

/**
 * Opens a page and returns the first lines that its scripts print with `console.log`.
 *
 * @throws {Error} if the page prints fewer lines, with what it has printed; if a script fails, with its error
 */
export async function readPrintedLines(
  browser: Browser,
  server: PageServer,
  { path, html, lineCount }: PrintingPage,
): Promise<readonly string[]> {
  const channel = server.createChannel();
  const recorderPath = `${channel.path}.js`;
  server.add(recorderPath, recordLines(channel.path, lineCount));
  const recorded = html.replace(/^<!doctype html>/, `$&<script src="${recorderPath}"></script>`);
  if (recorded === html) throw new Error(`The page ${path} must begin with <!doctype html>: ${html.slice(0, 100)}`);
  server.add(path, recorded);
  const page = await browser.openPage(`${server.origin}${path}`);
  try {
    const message = (await channel.next(TIME_LIMIT).catch(async () => ({
      error: `The page has printed only ${JSON.stringify(await page.evaluate('printedLines'))}.`,
    }))) as readonly string[] | { readonly error: string };
    if ('error' in message) throw new Error(message.error);
    return message;
  } finally {
    await page.close();
  }
}

/** Returns a script that sends the lines, or the first error, before any code of the page can replace `fetch`. */
function recordLines(channel: string, lineCount: number): string {
  return `{
    const { fetch } = window;
    const send = (value) => fetch('${channel}', { method: 'POST', body: JSON.stringify(value) });
    const printedLines = [];
    Object.defineProperty(window, 'printedLines', { value: printedLines });
    console.log = (...values) => {
      printedLines.push(values.map(String).join(' '));
      if (printedLines.length === ${lineCount}) send(printedLines);
    };
    addEventListener('error', ({ message, target }) => {
      send({ error: message ?? \`\${target.src} cannot be loaded\` });
    }, true);
    addEventListener('unhandledrejection', ({ reason }) => send({ error: String(reason) }));
  }`;
}
