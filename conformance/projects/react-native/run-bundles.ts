/** Runs bundles that Metro has made for React Native on the virtual machine of Hermes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileForHermes, runFileInHermes } from '../../engines/hermes.js';
import { lowerForHermes } from '../../engines/lower-for-hermes.js';
import type { ReactNativeBundles } from '../project.js';

const TIMEOUT_MS = 240_000;

/** @param entry the path of a script, relative to this file */
async function bundleScript(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'esnext',
    define: { architecture: '"bridgeless"' },
  });
  return lowerForHermes(result.outputFiles[0]?.text ?? '', 'lowered');
}

/**
 * Runs each bundle, and compiles those that are only compiled with the compiler of today's React Native.
 *
 * @param folder the folder of the project
 * @throws {Error} if a bundle prints something else than it must, or does not compile
 */
export async function runReactNativeBundles(folder: string, bundles: ReactNativeBundles): Promise<void> {
  const missing = bundles.needsLanguage ? ['missing-language.js'] : [];
  const before = ['../../engines/engine-globals.js', ...missing, '../../react-native/native-side.js', 'views.js'];
  const environment = await Promise.all(before.map(bundleScript));
  const program = await bundleScript(bundles.program);
  for (const [name, output] of Object.entries(bundles.printing)) {
    const file = join(folder, 'hermes.js');
    await writeFile(file, [...environment, await readFile(join(folder, name), 'utf8'), program].join('\n'));
    const printed = (await runFileInHermes(file, TIMEOUT_MS)) as readonly string[];
    if (!printed.some((line) => line === output)) {
      throw new Error(`${name} must print '${output}' on Hermes, and printed:\n${printed.join('\n')}`);
    }
  }
  for (const name of bundles.compiled) await compileForHermes(join(folder, name));
}
