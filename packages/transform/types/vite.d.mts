export * from './dist/bundlers/vite.js';

declare const value: typeof import('./dist/bundlers/vite.js').default;
export default value;
