export * from './dist/bundlers/babel.js';

declare const value: typeof import('./dist/bundlers/babel.js').default;
export default value;
