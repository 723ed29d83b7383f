import { readFile } from 'node:fs/promises';
import { getContext, tryGetContext } from 'hono/context-storage';

if (tryGetContext() !== undefined) throw new Error('a context outside of a request');

export async function greet() {
  await readFile(new URL(import.meta.url));
  const { user } = getContext().var;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  return `Hello, ${user}, at ${tryGetContext().req.path}, ${getContext().var.user}\n`;
}
