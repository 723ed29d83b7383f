/**
 * Compiles a program of the playground in the page, as the plugins of `@throughline/transform` do in a build:
 *
 *     program ──erase types──▶ ──doctor: entry checks──▶ ──transform──▶ ──URLs of modules──▶ code
 *     lines of the program ◀─────────────────────── source map ◀───────────────────────────┘
 */
import remapping, { type EncodedSourceMap } from '@jridgewell/remapping';
import { instrumentPageFile } from '@throughline/doctor/bundler';
import { TransformError, transform } from '@throughline/transform';
import MagicString from 'magic-string';
import type { OxcError, ParseResult } from 'oxc-parser';
import { OWN_FOLDER, PROGRAM_URL } from '../program-url.js';
import { eraseTypes } from './erase-types.js';
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
  const { code: javaScript, file } = parseProgram(program);
  checkImports(
    javaScript,
    file,
    Object.keys(urls).filter((name) => !INTERNAL_MODULES.includes(name)),
    mode === 'global' ? 'The mode of a plain global' : 'The playground',
  );
  const instrumented = instrumentPageFile(javaScript, {
    filename: 'program.js',
    urlOf: () => PROGRAM_URL,
    lang: 'jsx',
    sourceType: 'module',
    checksFunctions: true,
    settings: { all: false, emptyReads: false, ownFolders: [OWN_FOLDER] },
  });
  const checked = instrumented?.code ?? javaScript;
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

/**
 * Returns the program in JavaScript, with every position as it is in TypeScript. What is correct in JavaScript is not
 * TypeScript, because some expressions mean something else there, as in `a < b > (c)`.
 */
function parseProgram(program: string): { readonly code: string; readonly file: ParseResult } {
  const file = parseSync('program.js', program, { lang: 'jsx', sourceType: 'module' });
  if (findError(file) === undefined) return { code: program, file };
  const typed = parseSync('program.ts', program, { lang: 'ts', sourceType: 'module' });
  const error = findError(typed);
  if (error !== undefined) {
    const { message, helpMessage, labels } = error;
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    throw new ProgramError(message + help, placeAt(program, labels[0]?.start ?? 0));
  }
  const code = eraseTypes(program, typed.program);
  return { code, file: parseSync('program.js', code, { lang: 'js', sourceType: 'module' }) };
}

function findError({ errors }: ParseResult): OxcError | undefined {
  return errors.find(({ severity }) => severity === 'Error');
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
