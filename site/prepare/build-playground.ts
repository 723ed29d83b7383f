/** Builds the files of the playground, which the page loads as they are. */
import { join } from 'node:path';
import { buildPlayground as build } from '@throughline/playground/build';

/** @param pages the folder that VitePress builds */
export function buildPlayground(pages: string): Promise<void> {
  return build(join(pages, 'public/playground'));
}
