/**
 * Links to the playground that contain a program: `#code=` and the program as base64url of its UTF-8 text, and `&mode=`
 * if it is not to run in the first mode.
 */
import type { ProgramMode } from '../compile/compile-program.js';

export type { ProgramMode } from '../compile/compile-program.js';

const MODES: readonly string[] = ['transform', 'interception', 'global'] satisfies ProgramMode[];

export interface LinkedProgram {
  readonly program: string;
  readonly mode: ProgramMode;
}

/** @returns the fragment of the link, with its `#` */
export function fragmentOf(program: string, mode: ProgramMode = 'transform'): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(program)) binary += String.fromCharCode(byte);
  const code = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return `#code=${code}${mode === 'transform' ? '' : `&mode=${mode}`}`;
}

/**
 * @param fragment of the URL of the page, with or without its `#`
 * @returns undefined if the fragment contains no program, or is damaged
 */
export function programIn(fragment: string): LinkedProgram | undefined {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const code = parameters.get('code');
  if (code === null) return undefined;
  try {
    const binary = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const mode = parameters.get('mode') ?? '';
    return {
      program: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      mode: MODES.includes(mode) ? (mode as ProgramMode) : 'transform',
    };
  } catch {
    return undefined;
  }
}
