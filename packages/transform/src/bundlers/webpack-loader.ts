/** The loader that the plugins for webpack and Rspack add to the modules of a build: it transforms one file. */
import type { SourceMapPayload } from 'node:module';
import type { SourceMap } from 'magic-string';
import type { LibrariesOption } from '../libraries/libraries-option.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import type { SourceType } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { traceMappings } from '../source-maps.js';
import { isThroughlineFile } from '../throughline-package.js';
import { type TransformOptions, transformFile } from '../transform.js';
import { type DoctorSetup, PageDoctor } from './page-doctor.js';

/** Options of the loader. The bundlers convert them to JSON. */
export interface LoaderOptions {
  readonly transformOptions: Pick<TransformOptions, 'generators'>;
  /** The directory of the package `throughline`, whose files are not transformed. */
  readonly throughlineDirectory: string;
  /** The libraries to which the loader gives their storage. Default: none, as in a build for a server. */
  readonly libraries?: LibrariesOption | undefined;
  /** Whether the bundler compiles TypeScript and JSX after the loaders, as Turbopack does. */
  readonly precedesCompiler?: boolean;
  /** Instruments the file for the doctor. Default: no doctor. */
  readonly doctor?: DoctorSetup | undefined;
}

/** The part of the loader context that is used: both bundlers have the same. */
interface LoaderContext {
  readonly resourcePath: string;
  /** Begins with a question mark, or is empty. */
  readonly resourceQuery?: string;
  /** Whether the build has source maps. */
  readonly sourceMap: boolean;
  /** All loaders of the module, the last one first. */
  readonly loaders: readonly { readonly path: string }[];
  readonly loaderIndex: number;
  /** The module that is being built. It is not part of the documented context. */
  readonly _module?: { readonly type?: unknown } | undefined;
  getOptions(): LoaderOptions;
  callback(error: null, code: string, map?: InputMap | SourceMap): void;
}

/** The map that the preceding loaders have made. */
type InputMap = string | SourceMapPayload;

/**
 * The source type by the type of a module, which the extension or the nearest package.json determines. The code decides
 * for modules of any other type.
 */
const SOURCE_TYPES: ReadonlyMap<unknown, Exclude<SourceType, 'script'>> = new Map([
  ['javascript/esm', 'module'],
  ['javascript/dynamic', 'commonjs'],
]);

/**
 * Transforms the code that the preceding loaders have made of a file.
 * @throws {TransformError} if the code does not parse or contains something that cannot be transformed
 */
export default function transformLoader(this: LoaderContext, code: string, inputMap?: InputMap): void {
  const { transformOptions, throughlineDirectory, libraries = false, precedesCompiler, doctor } = this.getOptions();
  const type = this._module?.type;
  const sourceType = SOURCE_TYPES.get(type ?? typeByExtension(this.resourcePath));
  if ((type !== undefined && !String(type).startsWith('javascript/')) || isFollowedByItself(this)) {
    this.callback(null, code, inputMap);
    return;
  }
  try {
    const cured = librariesFor(libraries).cure(this.resourcePath, code);
    const pageDoctor = doctor && doctorFor(doctor);
    const isOwn =
      isThroughlineFile(this.resourcePath, throughlineDirectory) || pageDoctor?.isOwnFile(this.resourcePath) === true;
    const doctored = isOwn
      ? undefined
      : pageDoctor?.instrument(cured.code, {
          filename: this.resourcePath,
          ...(!precedesCompiler && { lang: 'jsx' }),
          ...(sourceType !== undefined && { sourceType }),
          isTypeByDeclarations: true,
          map: inputMap,
          query: this.resourceQuery,
        });
    const result = isOwn
      ? undefined
      : transformFile(
          doctored?.code ?? cured.code,
          {
            ...transformOptions,
            begins: (doctored?.begins ?? '') + cured.begins,
            filename: this.resourcePath,
            ...(!precedesCompiler && { lang: 'jsx' }),
            ...(sourceType !== undefined && { sourceType }),
          },
          { isTypeByDeclarations: true },
        );
    if (result === undefined) this.callback(null, code, inputMap);
    else {
      const map = doctored?.trace(result.map) ?? result.map;
      this.callback(null, result.code, this.sourceMap ? trace(map, inputMap) : inputMap);
    }
  } catch (error) {
    // Both bundlers show only the message of an error.
    if (error instanceof TransformError) {
      error.message += `\n${error.frame}`;
      error.stack = `${error.name}: ${error.message}`;
    }
    throw error;
  }
}

/** Turbopack does not state the type of a module. */
function typeByExtension(path: string): string | undefined {
  return /\.m[jt]s$/.test(path) ? 'javascript/esm' : undefined;
}

/** vue-loader makes requests for the parts of a file that name all loaders, to which the bundler adds this one again. */
function isFollowedByItself({ loaders, loaderIndex }: LoaderContext): boolean {
  const path = loaders[loaderIndex]?.path;
  return loaders.slice(0, loaderIndex).some((loader) => loader.path === path);
}

const doctors = new Map<string, PageDoctor>();

/** Returns the doctor of all modules of a build. Its setup is a new object for each of them. */
function doctorFor(setup: DoctorSetup): PageDoctor {
  const key = JSON.stringify(setup);
  const doctor = doctors.get(key) ?? new PageDoctor(setup);
  doctors.set(key, doctor);
  return doctor;
}

const librariesByOption = new Map<string, PageLibraries>();

/** Returns the libraries of all modules that are built with the same option, which is a new object for each of them. */
function librariesFor(option: LibrariesOption): PageLibraries {
  const key = JSON.stringify(option);
  const libraries = librariesByOption.get(key) ?? new PageLibraries(option);
  librariesByOption.set(key, libraries);
  return libraries;
}

/** Traces the map of the transform through the map that the preceding loaders have made, if there is one. */
function trace(map: SourceMap, inputMap: InputMap | undefined): SourceMap {
  const previous: SourceMapPayload | undefined = typeof inputMap === 'string' ? JSON.parse(inputMap) : inputMap;
  return previous === undefined || previous === null || previous.mappings === ''
    ? map
    : traceMappings(map.mappings, previous);
}
