// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
export type { SourceMap } from 'magic-string' with { 'resolution-mode': 'import' };
export type { Language, SourceType } from './parse/parse.js';
export { TransformError } from './parse/transform-error.js';
export { type TransformOptions, type TransformResult, transform } from './transform.js';
