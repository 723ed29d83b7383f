import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Large enough for the results of all cases. */
const MAX_OUTPUT_BYTES = 1 << 26;

/**
 * Runs a program to its end and returns the value that it printed as JSON in the last line of its output.
 *
 * @throws {Error} if the program fails, takes longer than `timeoutMs`, or prints something else
 */
export async function runForJson(binary: string, args: readonly string[], timeoutMs: number): Promise<unknown> {
  const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: MAX_OUTPUT_BYTES, timeout: timeoutMs });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
