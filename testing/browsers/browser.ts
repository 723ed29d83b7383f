/** The interface that every browser implements here, whichever protocol drives it. */

export const browserNames = ['chromium', 'firefox', 'webkit'] as const;

export type BrowserName = (typeof browserNames)[number];

/** What a page has written to its console. An error that it does not catch is a message of the type `error`. */
export interface ConsoleMessage {
  readonly type: string;
  readonly text: string;
}

export interface Page {
  /**
   * Evaluates an expression in the page and returns its value as JSON represents it. A promise is awaited first.
   *
   * @throws {Error} with the message of the error, if the expression throws or its promise rejects
   */
  evaluate(expression: string): Promise<unknown>;
  /** Presses and releases a key, such as `Tab` or `Enter`, as a user would. Not supported by WebKit. */
  press(key: string): Promise<void>;
  /** Clicks the center of the first element that matches the CSS selector, as a user would: the event is trusted. */
  click(selector: string): Promise<void>;
  /** Returns the visible part of the page as a PNG image. With `wholePage`, also what is below it (not in WebKit). */
  screenshot(options?: { readonly wholePage?: boolean }): Promise<Uint8Array>;
  /** Returns what the page has written to its console since it was opened. Not supported by WebKit. */
  consoleMessages(): readonly ConsoleMessage[];
  close(): Promise<void>;
}

/** What a page has to adapt to. Only Chromium supports options. */
export interface PageOptions {
  /** The size of the visible part in CSS pixels, and how many device pixels a CSS pixel has (default: 1). */
  readonly viewport?: { readonly width: number; readonly height: number; readonly scale?: number };
  /** What the media feature `prefers-color-scheme` reports. */
  readonly colorScheme?: 'light' | 'dark';
  /** Whether the media feature `prefers-reduced-motion` reports `reduce`. */
  readonly reducedMotion?: boolean;
  /** Whether scripts of the page run (default: true). */
  readonly javaScript?: boolean;
}

export interface Browser {
  readonly name: BrowserName;
  readonly version: string;
  /**
   * Opens a URL in a new window with its own storage, and resolves once the page has loaded.
   *
   * @throws {Error} if options are given and the browser does not support them.
   */
  openPage(url: string, options?: PageOptions): Promise<Page>;
  /** Ends the browser and every process that was started for it. Calling it again has no effect. */
  close(): Promise<void>;
}

/** Thrown if this machine does not have the browser. The message says how to install it. */
export class MissingBrowser extends Error {
  override readonly name = 'MissingBrowser';
}
