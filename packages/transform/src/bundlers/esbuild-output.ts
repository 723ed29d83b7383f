/**
 * Transforms the files that esbuild has written, for a build in which another plugin loads every file: esbuild passes a
 * file to one plugin only. Imports have been resolved by then, so the helpers come from the global object, which
 * `throughline/await-script` fills.
 *
 * Throughline's own files are a part of the output. They contain one suspension, an `await` of a native promise, whose
 * transformed form awaits the same promise.
 */
import type { OnEndResult, OutputFile, PluginBuild } from 'esbuild';
import { TransformError } from '../parse/transform-error.js';
import { traceMappings } from '../source-maps.js';
import { type TransformOptions, transformFile } from '../transform.js';

/** The plugins that load every file. */
const LOADS_EVERY_FILE = ['angular-compiler'];

/** Whether another plugin loads every file of the build, so that only its output can be transformed. */
export function isLoadedByAnotherPlugin({ initialOptions }: PluginBuild): boolean {
  return initialOptions.plugins?.some(({ name }) => LOADS_EVERY_FILE.includes(name)) === true;
}

const UNSEEN_PACKAGES =
  'The dependencies of this build are not transformed, because they are bundled separately. In the development server of Angular, set the option prebundle to false.';

interface TransformedFile {
  /** The hash of the file before the transform. */
  readonly hash: string;
  readonly code: Uint8Array;
  readonly map: Uint8Array | undefined;
}

/** Transforms every file that a build returns. It must return its files rather than write them, as Angular does. */
export function transformOutput(build: PluginBuild, options: Pick<TransformOptions, 'generators'>): void {
  const { packages, plugins } = build.initialOptions;
  if (packages === 'external' || plugins?.some(({ name }) => name === 'angular-external-packages')) {
    build.onStart(() => ({ warnings: [{ text: UNSEEN_PACKAGES }] }));
  }
  // A build that is repeated after an edit returns most of its files unchanged.
  const transformedFiles = new Map<string, TransformedFile>();

  function transformOutputFile(
    { path, hash, text }: OutputFile,
    map: OutputFile | undefined,
  ): TransformedFile | undefined {
    const known = transformedFiles.get(path);
    if (known?.hash === hash) return known;
    const result = transformFile(
      text,
      { ...options, filename: path, lang: 'js', sourceType: 'module' },
      { hasGlobalHelpers: true },
    );
    if (result === undefined) return undefined;
    const traced = map && Buffer.from(traceMappings(result.map.mappings, JSON.parse(map.text)).toString());
    const transformed = { hash, code: Buffer.from(result.code), map: traced };
    transformedFiles.set(path, transformed);
    return transformed;
  }

  build.onEnd(({ outputFiles = [] }): OnEndResult => {
    const errors: { text: string }[] = [];
    for (const file of outputFiles.filter(({ path }) => /\.m?js$/.test(path))) {
      const map = outputFiles.find(({ path }) => path === `${file.path}.map`);
      try {
        const transformed = transformOutputFile(file, map);
        if (transformed === undefined) continue;
        file.contents = transformed.code;
        if (map !== undefined && transformed.map !== undefined) map.contents = transformed.map;
      } catch (error) {
        if (!(error instanceof TransformError)) throw error;
        errors.push({ text: error.message });
      }
    }
    return { errors };
  });
}
