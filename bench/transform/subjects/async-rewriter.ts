/** What a tool returns, in the form in which bundlers request it: the source map is serialized. */
export interface RewrittenCode {
  readonly code: string;
  /** Absent if nothing was rewritten. */
  readonly map?: string;
}

/** A tool that rewrites async functions. */
export type AsyncRewriter = (code: string, filename: string) => RewrittenCode | Promise<RewrittenCode>;
