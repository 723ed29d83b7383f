export * from './dist/bundlers/esbuild.js';

declare const value: typeof import('./dist/bundlers/esbuild.js').default;
export default value;
