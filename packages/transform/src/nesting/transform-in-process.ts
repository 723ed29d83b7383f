/** Transforms a file whose syntax tree may be too deep for the stack of this thread. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SourceMap } from 'magic-string';
import { TransformError } from '../parse/transform-error.js';
import type { ScannedCode } from '../scan/scan-code.js';
import { DEPTH_LIMIT, MAXIMUM_DEPTH, nestedTooDeeply } from './depth-limit.js';

export interface ProcessInput {
  readonly code: string;
  readonly options: { readonly filename: string };
  readonly buildOptions: object;
}

export interface ProcessOutput {
  /** Absent if there is nothing to transform. */
  readonly result?: { readonly code: string; readonly names: string[]; readonly mappings: string };
  readonly error?: { readonly reason: string; readonly pos: number };
}

const PROGRAM = fileURLToPath(new URL('./transform-process.js', import.meta.url));

/**
 * Transforms a file in another process, in a thread with a large stack. If the stack is exhausted nevertheless, only
 * that process ends.
 * @throws {TransformError} if the file does not parse, contains something that cannot be transformed, or is nested too
 * deeply even for that thread
 */
export function transformInProcess(
  { code, options, buildOptions }: ProcessInput,
  scanned: ScannedCode,
): { readonly code: string; readonly map: SourceMap } | undefined {
  const { filename } = options;
  const isInThatThread = DEPTH_LIMIT === MAXIMUM_DEPTH;
  if (isInThatThread || scanned.maximumDepth > MAXIMUM_DEPTH) throw nestedTooDeeply(code, filename, scanned);
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM], {
    input: JSON.stringify({ code, options, buildOptions }),
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ['pipe', 'pipe', 'ignore'],
    // The program would load the transform of the parent, for example.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw nestedTooDeeply(code, filename, scanned);
  const output: ProcessOutput = JSON.parse(stdout);
  if (output.error !== undefined) throw new TransformError(output.error.reason, filename, code, output.error.pos);
  if (output.result === undefined) return undefined;
  const { names, mappings } = output.result;
  return {
    code: output.result.code,
    map: new SourceMap({ names, mappings, sources: [filename], sourcesContent: [code] }),
  };
}
