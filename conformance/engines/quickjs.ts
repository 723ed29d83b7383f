/** The two engines that are named QuickJS, compiled to WebAssembly. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core';

/** The packages of quickjs-emscripten, by the key of their column. */
export const quickjsVariants = {
  quickjs: { title: 'QuickJS', package: '@jitl/quickjs-wasmfile-release-sync' },
  quickjsng: { title: 'QuickJS-ng', package: '@jitl/quickjs-ng-wasmfile-release-sync' },
} as const;

export type QuickJSName = keyof typeof quickjsVariants;

export async function loadVariant(name: QuickJSName): Promise<QuickJSSyncVariant> {
  return (await import(quickjsVariants[name].package)).default;
}

/**
 * Returns the version of the engine, which is not that of its package.
 * @throws {Error} if the package does not state it
 */
export async function readQuickJSVersion(name: QuickJSName): Promise<string> {
  const { package: packageName } = quickjsVariants[name];
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  const readme = join(dirname(manifest), 'README.md');
  const version = /^Version \[v?([\d.-]+)/m.exec(await readFile(readme, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${readme} states no version of the engine as "Version [2025-09-13+…]".`);
  return version;
}
