export * from './dist/bundlers/rspack.js';

declare const value: typeof import('./dist/bundlers/rspack.js').default;
export default value;
