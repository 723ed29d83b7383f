/** Runs a program that takes one sample in its own process and prints the outcome as one line of JSON. */
import { spawn } from 'node:child_process';

const TIMEOUT_MS = 300_000;

/**
 * @param description names the sample in error messages
 * @param command the program and its arguments
 * @returns the parsed output
 * @throws {Error} if the program does not start, exits with an error, or runs for more than five minutes
 */
export function runSampleProcess(description: string, command: readonly [string, ...string[]]): Promise<unknown> {
  const [binary, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    const timeout = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => {
      clearTimeout(timeout);
      reject(new Error(`The sample ${description} did not start: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timeout);
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`The sample ${description} exited with ${signal ?? `code ${code}`}.\n${errors}`));
    });
  });
}
