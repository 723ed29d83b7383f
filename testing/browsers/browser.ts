/** What a browser is to those who use one: it opens pages, and ends with everything it started. */

export const browserNames = ['chromium', 'firefox', 'webkit'] as const;

export type BrowserName = (typeof browserNames)[number];

export interface Page {
  /**
   * The value of an expression in the page, once it has settled, as JSON carries it. Rejects with what the page threw.
   */
  evaluate(expression: string): Promise<unknown>;
  /** A click at the middle of the first element that the selector finds, as the user makes it. */
  click(selector: string): Promise<void>;
  /** What is seen of the page, as PNG. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Browser {
  readonly name: BrowserName;
  readonly version: string;
  /** Opens a page of its own window and storage, and waits until it has loaded. */
  page(url: string): Promise<Page>;
  /** Ends the browser and all that was started for it. Nothing happens the second time. */
  close(): Promise<void>;
}

/** A browser that the machine does not have; the message tells how to get it. */
export class MissingBrowser extends Error {
  override readonly name = 'MissingBrowser';
}
