/**
 * Older Nodes have no hook for CommonJS files, but two methods that all of them go through: one is given a file's text, the
 * other what it requires.
 */
import { Module } from 'node:module';
import { pathToFileURL } from 'node:url';
import { HELPERS } from './helper-url.js';
import { transformLoaded } from './transform-loaded-file.js';

/** What of Node's class is not in its types. */
interface Loader {
  _compile(this: unknown, text: string, filename: string, ...rest: unknown[]): unknown;
  require(this: unknown, specifier: string): unknown;
}

/** @param helpers what transformed code requires: an ES module, which not all of these Nodes can require */
export function patchCommonJsLoader(helpers: unknown): void {
  // The types show neither the first method nor that the second is on the prototype.
  const loader = Module.prototype as unknown as Loader;
  const { _compile: compile, require } = loader;
  loader._compile = function _compile(text, filename, ...rest) {
    const [format] = rest;
    const url = pathToFileURL(filename).href;
    const transformed = transformLoaded(text, url, typeof format === 'string' ? format : undefined);
    return compile.call(this, transformed ?? text, filename, ...rest);
  };
  loader.require = function (specifier) {
    return specifier === HELPERS ? helpers : require.call(this, specifier);
  };
}
