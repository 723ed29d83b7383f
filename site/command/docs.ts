/** `npm run docs`: builds the site, and prints how long that took. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { prepare } from '../prepare/prepare.js';
import { startSiteServer } from '../serve/site-server.js';
import { currentVersion } from '../versions/current-version.js';
import { placeVersion, VERSIONS_FOLDER } from '../versions/place-version.js';
import { type DocsOptions, HELP_TEXT, parseOptions } from './options.js';

const PORT = 4173;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const site = join(root, 'site');

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), site);
  if (options.isHelpWanted) {
    console.log(HELP_TEXT);
    return;
  }
  await buildSite(options);
  if (!options.isServed) return;
  const { origin } = await startSiteServer(options.out, { base: options.base, port: PORT });
  console.log(`The site is on ${origin}${options.base}. Press Ctrl-C to stop.`);
}

async function buildSite({ base, isForVersion, out }: DocsOptions): Promise<void> {
  const version = currentVersion(root);
  const start = performance.now();
  await prepare(root);
  const built = join(site, 'dist/built');
  // .vitepress/config.ts reads these variables, because VitePress loads it as a program of its own.
  process.env.SITE_ROOT = base;
  process.env.SITE_BASE = isForVersion ? `${base}${VERSIONS_FOLDER}/${version}/` : base;
  await build(site, { outDir: built });
  placeVersion(built, out, version, !isForVersion);
  console.log(`Built the site of ${version} in ${((performance.now() - start) / 1000).toFixed(1)} s: ${out}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
