export * from './dist/bundlers/rolldown.js';

declare const value: typeof import('./dist/bundlers/rolldown.js').default;
export default value;
