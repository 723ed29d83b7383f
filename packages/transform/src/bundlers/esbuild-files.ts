/**
 * Transforms every file of a build with esbuild, whichever plugin loads it. esbuild passes a file to the plugins in their
 * order, until one of them has loaded it. The plugin of this package loads a file after all later ones, so that they find
 * it as it was written, and what they load is transformed:
 *
 *     earlier plugins    load files that are not transformed; a warning names them
 *     later plugins      load files, and their code is transformed
 *     this plugin        loads all other files, and transforms them
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Loader, OnLoadArgs, OnLoadResult, PartialMessage, Plugin, PluginBuild, StdinOptions } from 'esbuild';
import type { Language } from '../parse/parse.js';
import { extendLaterPlugins, warnOfEarlierPlugins } from './esbuild-other-plugins.js';

/** The loaders of files with code, as esbuild has them by default. */
const CODE_LOADERS: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
};
/** The other files that esbuild loads by default. */
const OTHER_LOADERS: Readonly<Record<string, Loader>> = {
  '.module.css': 'local-css',
  '.css': 'css',
  '.json': 'json',
  '.txt': 'text',
};

/** The text of a file of a build. */
export interface CodeFile {
  /** The absolute path, or the name that a plugin has given to a virtual file. */
  readonly path: string;
  readonly namespace: string;
  /** The query and the hash of the import: each makes a module of its own. */
  readonly suffix: string;
  readonly code: string;
  readonly lang: Language;
}

export interface TransformedCode {
  /** Absent if there is nothing to transform. */
  readonly code?: string | undefined;
  /** They state the name of the plugin of this package: esbuild may report them as those of another. */
  readonly errors?: PartialMessage[];
  readonly warnings?: PartialMessage[];
}

/**
 * Transforms the files of a build.
 * @param plugin the plugin of this package
 */
export function transformFiles(
  build: PluginBuild,
  plugin: Plugin,
  transformCode: (file: CodeFile) => TransformedCode,
): void {
  const { initialOptions } = build;
  const loaders = { ...CODE_LOADERS, ...OTHER_LOADERS, ...initialOptions.loader };
  const seen = new Set<string>();

  async function load({ path, namespace, suffix, with: attributes }: OnLoadArgs): Promise<OnLoadResult | undefined> {
    seen.add(path);
    const loader = loaderOf(path, loaders);
    // With an attribute such as `type: 'text'`, a file is not code.
    if (!isCode(loader) || Object.keys(attributes).length > 0) return undefined;
    const file = { path, namespace, suffix, code: await readFile(path, 'utf8'), lang: langOf(loader) };
    const { code: contents, ...messages } = transformCode(file);
    if (contents !== undefined) return { contents, loader, resolveDir: dirname(path), ...messages };
    // After any result, esbuild asks no other plugin.
    return Object.keys(messages).length > 0 ? messages : undefined;
  }

  function transformLoaded({ path, namespace, suffix }: OnLoadArgs, result: OnLoadResult): OnLoadResult {
    seen.add(path);
    const loader = result.loader === 'default' ? loaderOf(path, loaders) : (result.loader ?? 'js');
    if (result.contents === undefined || !isCode(loader)) return result;
    const file = { path, namespace, suffix, code: textOf(result.contents), lang: langOf(loader) };
    const { code: contents = result.contents, errors, warnings = [] } = transformCode(file);
    if (errors !== undefined) return { errors };
    return { ...result, contents, warnings: [...(result.warnings ?? []), ...warnings] };
  }

  /** Transforms the option `stdin`, the text of an entry point. esbuild passes it to no plugin. */
  function transformStdin(stdin: StdinOptions): void {
    const { contents, sourcefile: path = '<stdin>', loader = 'js' } = stdin;
    if (!isCode(loader)) return;
    seen.add(resolve(initialOptions.absWorkingDir ?? '', path));
    const file = { path, namespace: 'stdin', suffix: '', code: textOf(contents), lang: langOf(loader) };
    const { code = contents, ...messages } = transformCode(file);
    initialOptions.stdin = { ...stdin, contents: code };
    build.onStart(() => {
      // The object belongs to the caller, who may build with it again.
      initialOptions.stdin = stdin;
      return messages;
    });
  }

  if (initialOptions.stdin !== undefined) transformStdin(initialOptions.stdin);
  const codeExtensions = Object.keys(loaders).filter((extension) => isCode(loaders[extension]));
  const filter = new RegExp(`(?:${codeExtensions.map((extension) => extension.replace(/\W/g, '\\$&')).join('|')})$`);
  const loadOthers = ({ onLoad }: PluginBuild) => onLoad({ filter, namespace: 'file' }, load);
  const earlierPlugins = extendLaterPlugins(build, plugin, transformLoaded, loadOthers);
  if (earlierPlugins.length === 0) return;
  const isUnseenCode = (path: string) => {
    const loader = loaderOf(path, loaders);
    return !seen.has(path) && (loader === undefined || isCode(loader));
  };
  warnOfEarlierPlugins(build, earlierPlugins, isUnseenCode);
}

/** Like esbuild, finds the loader of the longest extension; undefined if esbuild cannot load the file itself. */
function loaderOf(path: string, loaders: Readonly<Record<string, Loader>>): Loader | undefined {
  const name = basename(path);
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const loader = loaders[name.slice(dot)];
    if (loader !== undefined) return loader;
  }
  return loaders[''];
}

function isCode(loader: Loader | undefined): loader is 'js' | 'jsx' | 'ts' | 'tsx' {
  return loader !== undefined && Object.values(CODE_LOADERS).includes(loader);
}

/** esbuild does not accept JSX in a file that it loads as `js`, and rejects it itself. */
function langOf(loader: 'js' | 'jsx' | 'ts' | 'tsx'): Language {
  return loader === 'js' ? 'jsx' : loader;
}

function textOf(contents: string | Uint8Array): string {
  return typeof contents === 'string' ? contents : new TextDecoder().decode(contents);
}
