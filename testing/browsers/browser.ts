/** The interface that every browser implements here, whichever protocol drives it. */

export const browserNames = ['chromium', 'firefox', 'webkit'] as const;

export type BrowserName = (typeof browserNames)[number];

export interface Page {
  /**
   * Evaluates an expression in the page and returns its value as JSON represents it. A promise is awaited first.
   *
   * @throws {Error} with the message of the error, if the expression throws or its promise rejects
   */
  evaluate(expression: string): Promise<unknown>;
  /** Clicks the center of the first element that matches the CSS selector, as a user would: the event is trusted. */
  click(selector: string): Promise<void>;
  /** Returns the visible part of the page as a PNG image. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface Browser {
  readonly name: BrowserName;
  readonly version: string;
  /** Opens a URL in a new window with its own storage, and resolves once the page has loaded. */
  openPage(url: string): Promise<Page>;
  /** Ends the browser and every process that was started for it. Calling it again has no effect. */
  close(): Promise<void>;
}

/** Thrown if this machine does not have the browser. The message says how to install it. */
export class MissingBrowser extends Error {
  override readonly name = 'MissingBrowser';
}
