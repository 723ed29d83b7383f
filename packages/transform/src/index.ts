export type { SourceMap } from 'magic-string';
export type { Language, SourceType } from './parse.js';
export { type TransformOptions, type TransformResult, transform } from './transform.js';
export { TransformError } from './transform-error.js';
