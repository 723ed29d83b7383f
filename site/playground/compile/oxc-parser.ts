/**
 * Takes the place of `oxc-parser` in a page: the same parser as WebAssembly, from the same package.
 *
 * The package contains a build without threads, for runtimes such as workerd. Unlike the build with threads, it needs
 * no shared memory, so that the site can be served without the headers for cross-origin isolation. The loader that
 * belongs to it is in a package that is not published for each version, so the file is loaded here.
 */
import {
  createContext,
  emnapiAsyncWorkPlugin,
  emnapiTSFNPlugin,
  instantiateNapiModule,
  WASI,
} from '@napi-rs/wasm-runtime';
import type { ParseResult, ParserOptions, parseSync as parseInNode } from 'oxc-parser';
import { wrap } from 'oxc-parser/src-js/wrap';

export { default as visitorKeys } from 'oxc-parser/src-js/generated/visit/keys';

/** 64 MB: the parser is built with at least 980 pages of 64 kB. The memory grows when a program needs more. */
const MEMORY_PAGES = 1024;
const MAXIMUM_PAGES = 65_536;

interface ParserModule {
  readonly parseSync: typeof parseInNode;
}

let loaded: ParserModule | undefined;
let loading: Promise<void> | undefined;

/** Loads the parser. Its functions must not be called before. */
export function loadParser(url: URL): Promise<void> {
  loading ??= instantiate(url).catch((error: unknown) => {
    // The next call tries again.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(url: URL): Promise<void> {
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`The parser could not be loaded: ${url.pathname} has the status ${response.status}.`);
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MAXIMUM_PAGES });
  const { napiModule } = await instantiateNapiModule(await response.arrayBuffer(), {
    context: createContext(),
    asyncWorkPoolSize: 0,
    plugins: [emnapiAsyncWorkPlugin, emnapiTSFNPlugin],
    wasi: new WASI({ version: 'preview1' }),
    overwriteImports: (imports) => ({
      ...imports,
      env: { ...imports.env, ...imports.napi, ...imports.emnapi, memory },
    }),
    beforeInit({ instance }) {
      for (const [name, register] of Object.entries(instance.exports)) {
        if (name.startsWith('__napi_register__')) (register as () => void)();
      }
    },
  });
  loaded = napiModule.exports as ParserModule;
}

export function parseSync(filename: string, code: string, options?: ParserOptions | null): ParseResult {
  if (loaded === undefined) throw new Error('The parser has not been loaded.');
  return wrap(loaded.parseSync(filename, code, options));
}
