export * from './dist/bundlers/next.js';

declare const value: typeof import('./dist/bundlers/next.js').default;
export default value;
