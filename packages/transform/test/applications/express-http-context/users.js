import { readFile } from 'node:fs/promises';
import log from './log.cjs';

export async function describeUser() {
  await readFile(new URL(import.meta.url));
  await Promise.all([1, 2, 3].map((step) => new Promise((resolve) => setTimeout(resolve, step))));
  return log('described');
}
