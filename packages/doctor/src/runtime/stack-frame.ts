/** A frame of a stack trace as plain data: those of V8 keep the function and its `this`. */
export interface Frame {
  /** The URL or path of the file; undefined for native code. */
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  /** Whether it is a function that awaits the frame before. */
  readonly isAsync: boolean;
  /** The name of the function, in a page. */
  readonly name?: string | undefined;
}
