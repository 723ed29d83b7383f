export * from './dist/bundlers/webpack.js';

declare const value: typeof import('./dist/bundlers/webpack.js').default;
export default value;
