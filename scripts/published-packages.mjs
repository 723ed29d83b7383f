/** The packages that are published: those in packages/ that are not private. */
import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../packages/', import.meta.url);

/** The names of their folders, such as 'core'. */
export const PUBLISHED_PACKAGES = readdirSync(packages)
  .filter((name) => JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8')).private !== true)
  .sort();
