/** The output of a tool in the form that bundlers request, with a serialized source map. */
export interface RewrittenCode {
  readonly code: string;
  /** Absent if nothing was rewritten. */
  readonly map?: string;
}

/** A tool that rewrites async functions. */
export type AsyncRewriter = (code: string, filename: string) => RewrittenCode | Promise<RewrittenCode>;
