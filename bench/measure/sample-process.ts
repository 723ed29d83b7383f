/** A sample that is a process of its own, and prints its answer as one line of JSON. */
import { spawn } from 'node:child_process';

const LIMIT_MS = 300_000;

/**
 * @param what for people, should it fail
 * @returns what it has printed
 */
export function runSample(what: string, command: readonly [string, ...string[]]): Promise<unknown> {
  const [binary, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(new Error(`${what} did not start: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${what} ended with ${signal ?? `code ${code}`}\n${errors}`));
    });
  });
}
