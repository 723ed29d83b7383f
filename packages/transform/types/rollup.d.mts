export * from './dist/bundlers/rollup.js';

declare const value: typeof import('./dist/bundlers/rollup.js').default;
export default value;
