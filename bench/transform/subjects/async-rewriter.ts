/** A tool that rewrites async functions: gives the code, and makes the source map as text, as bundlers ask for both. */
export interface Rewritten {
  readonly code: string;
  /** Absent where nothing was rewritten. */
  readonly map?: string;
}

export type Tool = (code: string, filename: string) => Rewritten | Promise<Rewritten>;
