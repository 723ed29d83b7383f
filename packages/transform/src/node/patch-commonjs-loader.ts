/**
 * Versions of Node without `module.registerHooks` have no hook for CommonJS modules. All of these modules pass through
 * two methods of Node's loader, though: one receives the text of a module, the other the specifiers that it requires.
 */
import { Module } from 'node:module';
import { pathToFileURL } from 'node:url';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { transformLoadedFile } from './transform-loaded-file.js';

/** The methods, which are missing in Node's types. */
interface CommonJsLoader {
  _compile(this: unknown, text: string, filename: string, ...rest: unknown[]): unknown;
  require(this: unknown, specifier: string): unknown;
}

/** @param helpers the exports of `throughline/await`, an ES module that not all of these versions can require */
export function patchCommonJsLoader(helpers: unknown): void {
  // The types have neither `_compile` nor a `require` on the prototype.
  const loader = Module.prototype as unknown as CommonJsLoader;
  const { _compile: compile, require } = loader;
  loader._compile = function _compile(text, filename, ...rest) {
    const [format] = rest;
    const url = pathToFileURL(filename).href;
    const transformed = transformLoadedFile(text, url, typeof format === 'string' ? format : undefined);
    return compile.call(this, transformed ?? text, filename, ...rest);
  };
  loader.require = function (specifier) {
    return specifier === HELPER_SPECIFIER ? helpers : require.call(this, specifier);
  };
}
