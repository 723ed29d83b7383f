export * from './dist/shims/async_hooks.js';

declare const value: typeof import('./dist/shims/async_hooks.js').default;
export default value;
