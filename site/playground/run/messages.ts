/** The messages between the page and the worker in which a program runs. */

/** From the page: runs a program. */
export interface RunMessage {
  readonly code: string;
}

/** A position in the code that runs. Line and column begin with 1. */
export interface CodePosition {
  readonly line: number;
  readonly column: number;
}

export type OutputLevel = 'log' | 'info' | 'debug' | 'warn' | 'error';

/** A part of a finding of the doctor. Its places are in the program. */
export interface ShownFinding {
  readonly kind: string;
  readonly severity: string;
  readonly message: string;
  readonly count: number;
  readonly places: readonly { readonly line: number; readonly column: number; readonly note: string }[];
  readonly remedy: { readonly text: string; readonly code: string | null };
}

/** From the worker. Times are milliseconds since the program began. */
export type ProgramMessage =
  /** It can run a program, which can import these modules. */
  | { readonly type: 'ready'; readonly urls: Readonly<Record<string, string>> }
  | {
      readonly type: 'open' | 'read';
      /** Identifies the outermost flow; undefined outside of all flows. */
      readonly flow: number | undefined;
      readonly storage: string;
      readonly value: string;
      /** Whether the value is not the one that the flow holds. */
      readonly isWrong: boolean;
      readonly position: CodePosition | undefined;
      readonly time: number;
    }
  | { readonly type: 'output'; readonly level: OutputLevel; readonly text: string }
  /** An error that the program has not caught. */
  | { readonly type: 'failure'; readonly text: string; readonly position: CodePosition | undefined }
  | { readonly type: 'findings'; readonly findings: readonly ShownFinding[] }
  /** The top level of the program has ended. Timers and other callbacks may still run. */
  | { readonly type: 'evaluated' }
  /** The event loop of the worker is not blocked. */
  | { readonly type: 'beat' };
