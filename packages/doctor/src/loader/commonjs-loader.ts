/**
 * Patches the method of Node's loader that compiles every CommonJS module, even if another tool has compiled it before.
 */
import { Module } from 'node:module';
import { instrumentLoadedFile, type LoaderState, urlOf } from './instrument-loaded-file.js';

/** The method, which is missing in Node's types. */
interface CommonJsLoader {
  _compile(this: unknown, text: string, filename: string, ...rest: unknown[]): unknown;
}

export function patchCommonJsLoader(state: LoaderState): void {
  const loader = Module.prototype as unknown as CommonJsLoader;
  const { _compile: compile } = loader;
  loader._compile = function _compile(text, filename, ...rest) {
    const [format] = rest;
    // The loader has removed the types.
    const known = typeof format === 'string' ? format.replace('-typescript', '') : undefined;
    const code = instrumentLoadedFile(text, urlOf(filename), known, state);
    return compile.call(this, code ?? text, filename, ...rest);
  };
}
