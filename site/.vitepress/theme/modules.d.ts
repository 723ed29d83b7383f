/** Types of the modules that the bundler imports and that are not TypeScript. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
