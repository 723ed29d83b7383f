export { type Language, type SourceType, TransformError } from './parse.js';
export { type SourceMap, type TransformOptions, type TransformResult, transform } from './transform.js';
