/**
 * hono/context-storage: `@throughline/request/hono` exports the same three functions, which hold the context of Hono in
 * a storage of Throughline. Only the name of the module changes, in all files or in none, because the files share the
 * storage.
 */
import { Change } from './migration.js';
import { findModuleSites } from './module-sites.js';
import type { SourceFile } from './source-file.js';

const LIBRARY = 'hono/context-storage';
const REPLACEMENT = '@throughline/request/hono';
const SUPPORTED: ReadonlySet<string> = new Set(['contextStorage', 'getContext', 'tryGetContext']);

export function migrateHonoContextStorage(files: readonly SourceFile[]): Change {
  const change = new Change(LIBRARY);
  for (const file of files) {
    for (const { node, source, taken } of findModuleSites(file, (specifier) => specifier === LIBRARY)) {
      const remedy = `Import { contextStorage, getContext, tryGetContext } by name, or use ${REPLACEMENT} instead.`;
      if (taken.kind === 'other') {
        change.prevent(file, node.start, taken.reason, remedy);
        continue;
      }
      if (taken.kind === 'object') {
        change.prevent(file, node.start, 'The module is used as an object.', remedy);
        continue;
      }
      for (const entry of taken.entries) {
        if (!SUPPORTED.has(entry.name)) {
          change.prevent(file, entry.node.start, `${REPLACEMENT} does not export ${entry.name}.`, remedy);
        }
      }
      change.replace(file, { start: source.start + 1, end: source.end - 1 }, REPLACEMENT);
      change.replacements.add('throughline');
      change.replacements.add('@throughline/request');
    }
  }
  return change;
}
