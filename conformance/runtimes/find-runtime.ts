import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Runtime } from './runtimes.js';

/**
 * Finds a runtime in `.runtimes`, without installing it.
 * @returns its binary, and the reason to skip a test if it is not installed
 */
export function findRuntime({ title, package: name }: Runtime): { binary: string; skip: string | false } {
  const binary = fileURLToPath(new URL(`../../../.runtimes/${name}/node_modules/.bin/${name}`, import.meta.url));
  return { binary, skip: !existsSync(binary) && `${title} is not installed: npm run test:all installs it` };
}
