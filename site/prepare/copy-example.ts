/** Copies what the picture of the start page runs: the builds of the flows of `examples/browser`, one for each mode. */
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param root the folder of the repository
 * @param pages the folder that VitePress builds
 * @throws {Error} if the example has not been built
 */
export function copyExample(root: string, pages: string): void {
  const built = join(root, 'examples/browser/dist/pages');
  if (!existsSync(built)) throw new Error(`${built} does not exist. Build it with: node scripts/pages.mjs`);
  for (const mode of readdirSync(built)) {
    // The other folder holds the scripts of the page of the example itself.
    if (!existsSync(join(built, mode, 'index.html'))) continue;
    cpSync(join(built, mode), join(pages, 'public/two-users', mode), { recursive: true });
  }
  cpSync(join(root, 'examples/design/icon.svg'), join(pages, 'public/icon.svg'));
}
