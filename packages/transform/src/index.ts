export type { SourceMap } from 'magic-string';
export type { Language, SourceType } from './parse/parse.js';
export { TransformError } from './parse/transform-error.js';
export { type TransformOptions, type TransformResult, transform } from './transform.js';
