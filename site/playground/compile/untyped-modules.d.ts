/** What the loader of the parser uses of modules without types of their own. */

declare module '@napi-rs/wasm-runtime' {
  type Imports = Readonly<Record<string, WebAssembly.ModuleImports>>;

  interface InstantiateOptions {
    readonly context: object;
    readonly asyncWorkPoolSize: number;
    readonly plugins: readonly object[];
    readonly wasi: object;
    readonly overwriteImports: (imports: Imports) => WebAssembly.Imports;
    readonly beforeInit: (source: { readonly instance: WebAssembly.Instance }) => void;
  }

  export const emnapiAsyncWorkPlugin: object;
  export const emnapiTSFNPlugin: object;
  export function createContext(): object;
  export function instantiateNapiModule(
    file: ArrayBuffer,
    options: InstantiateOptions,
  ): Promise<{ readonly napiModule: { readonly exports: unknown } }>;
  export class WASI {
    constructor(options: { readonly version: 'preview1' });
  }
}

declare module 'oxc-parser/src-js/wrap' {
  import type { ParseResult } from 'oxc-parser';

  /** Makes the tree of what the parser returns as text. */
  export function wrap(result: ParseResult): ParseResult;
}

declare module 'oxc-parser/src-js/generated/visit/keys' {
  const visitorKeys: Readonly<Record<string, readonly string[]>>;
  export default visitorKeys;
}
