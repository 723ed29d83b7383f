import { readFile } from 'node:fs/promises';
import { requestContext as context } from '@fastify/request-context';

export async function loadCart() {
  await readFile(new URL(import.meta.url));
  const user = context.get('user');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  return `cart of ${user.name}, ${context.get('user').name}`;
}
