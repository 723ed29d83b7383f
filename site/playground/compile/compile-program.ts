/**
 * Compiles a program of the playground in the page, as the plugins of `@throughline/transform` do in a build:
 *
 *     program ──doctor: entry checks──▶ ──transform──▶ ──URLs of the modules──▶ code ──▶ what runs
 *                                                                           source map ──▶ lines of the program
 */
import remapping, { type EncodedSourceMap } from '@jridgewell/remapping';
import { instrumentPageFile } from '@throughline/doctor/bundler';
import { TransformError, transform } from '@throughline/transform';
import MagicString from 'magic-string';
import { OWN_FOLDER, PROGRAM_URL } from '../program-url.js';
import { checkImports, resolveImports } from './import-sites.js';
import { loadParser, parseSync } from './oxc-parser.js';
import { ProgramError, placeAt } from './program-error.js';

/** How the code after an `await` gets its values. `page/modes.ts` describes them. */
export type ProgramMode = 'transform' | 'interception' | 'global';

export interface CompiledProgram {
  readonly code: string;
  /** Leads from the code to the program. */
  readonly map: EncodedSourceMap;
}

/** Modules that only compiled code imports. */
const INTERNAL_MODULES = ['throughline/await'];

/** Loads the parser. */
export function prepareCompiler(): Promise<void> {
  return loadParser(new URL(/* @vite-ignore */ 'oxc-parser.wasm', import.meta.url));
}

/**
 * @param urls the URL of each module that a program can import
 * @throws {ProgramError} if the program has a syntax error, or imports another module
 */
export function compileProgram(
  program: string,
  mode: ProgramMode,
  urls: Readonly<Record<string, string>>,
): CompiledProgram {
  const file = parseSync('program.js', program, { lang: 'jsx', sourceType: 'module' });
  const error = file.errors.find(({ severity }) => severity === 'Error');
  if (error !== undefined) {
    const { message, helpMessage, labels } = error;
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    throw new ProgramError(message + help, placeAt(program, labels[0]?.start ?? 0));
  }
  checkImports(
    program,
    file,
    Object.keys(urls).filter((name) => !INTERNAL_MODULES.includes(name)),
  );
  const instrumented = instrumentPageFile(program, {
    filename: 'program.js',
    urlOf: () => PROGRAM_URL,
    lang: 'jsx',
    sourceType: 'module',
    checksFunctions: true,
    settings: { all: false, emptyReads: false, ownFolders: [OWN_FOLDER] },
  });
  const checked = instrumented?.code ?? program;
  const begins = instrumented?.begins ?? '';
  const followed = mode === 'interception' ? withPrefix(checked, begins) : transformed(checked, begins);
  const resolved = resolveImports(followed.code, urls);
  const maps = [mapOf(resolved), followed.map, instrumented?.map as EncodedSourceMap | undefined];
  const traced = remapping(
    maps.filter((map) => map !== undefined),
    () => null,
  ) as EncodedSourceMap;
  const map = { ...traced, sources: [PROGRAM_URL], sourcesContent: [program] };
  const comment = `//# sourceMappingURL=data:application/json;base64,${toBase64(JSON.stringify(map))}`;
  return { code: `${resolved}\n${comment}\n`, map };
}

interface FollowedCode {
  readonly code: string;
  /** Undefined if the code has not changed. */
  readonly map?: EncodedSourceMap;
}

function transformed(code: string, begins: string): FollowedCode {
  try {
    const result = transform(code, { filename: PROGRAM_URL, lang: 'jsx', sourceType: 'module', begins });
    return result === undefined ? { code } : { code: result.code, map: result.map as unknown as EncodedSourceMap };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    throw new ProgramError(error.reason, { line: error.loc.line, column: error.loc.column + 1 });
  }
}

function withPrefix(code: string, prefix: string): FollowedCode {
  if (prefix === '') return { code };
  const edited = new MagicString(code).prepend(prefix);
  return { code: edited.toString(), map: mapOf(edited) };
}

function mapOf(edited: MagicString): EncodedSourceMap {
  return edited.generateMap({ hires: 'boundary', source: PROGRAM_URL }) as unknown as EncodedSourceMap;
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
