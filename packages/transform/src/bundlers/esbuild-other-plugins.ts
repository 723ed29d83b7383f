/**
 * The other plugins of a build with esbuild. A plugin can see neither what the others load nor what they return. The
 * plugins after the one of this package are set up later, and their function `setup` is read only then: it is replaced,
 * and passes on a build whose `onLoad()` also transforms what a plugin loads.
 */
import { resolve } from 'node:path';
import type { BuildOptions, OnLoadArgs, OnLoadResult, Plugin, PluginBuild } from 'esbuild';

type Setup = Plugin['setup'];
type SetUpPlugin = (plugin: Plugin, setup: Setup, build: PluginBuild) => void | Promise<void>;

/** How the other plugins of a build are set up, by the options of the build, which all of its plugins share. */
const builds = new WeakMap<BuildOptions, SetUpPlugin>();
/** The plugins whose function is replaced. They may be part of other builds, which are left as they are. */
const extendedPlugins = new WeakSet<Plugin>();

/**
 * Transforms what later plugins load.
 * @param ownPlugin the plugin of this package
 * @param transformLoaded receives what a later plugin has loaded, and returns it transformed
 * @param loadOthers called with a build in which the later plugins load a file first
 * @returns the names of the plugins that load a file before all others, or whose function cannot be replaced
 */
export function extendLaterPlugins(
  build: PluginBuild,
  ownPlugin: Plugin,
  transformLoaded: (args: OnLoadArgs, result: OnLoadResult) => OnLoadResult,
  loadOthers: (build: PluginBuild) => void,
): string[] {
  const { initialOptions } = build;
  const { plugins = [] } = initialOptions;
  // Vite's plugin renames a copy of the plugin.
  const isOwn = ({ setup }: Plugin) => setup === ownPlugin.setup;
  const extended = plugins.slice(plugins.findIndex(isOwn) + 1).filter(extendSetup);
  const last = extended.at(-1);
  if (last === undefined) loadOthers(build);
  else {
    builds.set(initialOptions, async (plugin, setup, pluginBuild) => {
      await setup({
        ...pluginBuild,
        onLoad: (options, callback) =>
          pluginBuild.onLoad(options, async (args) => {
            const result = await callback(args);
            return result ? transformLoaded(args, result) : result;
          }),
      });
      if (plugin !== last) return;
      builds.delete(initialOptions);
      loadOthers(pluginBuild);
    });
  }
  return plugins.filter((plugin) => !isOwn(plugin) && !extended.includes(plugin)).map(({ name }) => name);
}

/** Replaces the function `setup` of a plugin, and returns whether that is possible. */
function extendSetup(plugin: Plugin): boolean {
  if (extendedPlugins.has(plugin)) return true;
  const { setup } = plugin;
  const isExtended = Reflect.set(plugin, 'setup', (build: PluginBuild) => {
    const setUpPlugin = builds.get(build.initialOptions);
    return setUpPlugin === undefined ? setup(build) : setUpPlugin(plugin, setup, build);
  });
  if (isExtended) extendedPlugins.add(plugin);
  return isExtended;
}

/**
 * Names the files with code that other plugins have loaded before the plugin of this package could see them.
 * @param names the names of these plugins
 * @param isUnseenCode whether the file at an absolute path has code, and was not seen
 */
export function warnOfEarlierPlugins(
  build: PluginBuild,
  names: readonly string[],
  isUnseenCode: (path: string) => boolean,
): void {
  const { initialOptions } = build;
  const { metafile: isMetafileWanted = false, absWorkingDir = process.cwd() } = initialOptions;
  // Only the metafile lists the files of a build. The object belongs to the caller, who may build with it again.
  initialOptions.metafile = true;
  build.onStart(() => {
    initialOptions.metafile = isMetafileWanted;
  });
  let hasWarned = false;
  build.onEnd((result) => {
    const inputs = Object.keys(result.metafile?.inputs ?? {});
    if (!isMetafileWanted) Reflect.set(result, 'metafile', undefined);
    const files = inputs.filter((input) => IS_FILE.test(input) && isUnseenCode(resolve(absWorkingDir, input)));
    if (files.length === 0 || hasWarned) return undefined;
    hasWarned = true;
    const others = files.length > 1 ? ` and ${files.length - 1} more` : '';
    return {
      warnings: [
        {
          text: `${files[0]}${others} cannot be transformed, because another plugin loads such files first (${names.join(', ')}). Values are missing after the awaits in them. List the plugin of @throughline/transform before all others.`,
        },
      ],
    };
  });
}

/** Matches the paths of files, but not those of virtual files, and not those with a query or with attributes. */
const IS_FILE = /^(?![\w-]{2,}:|[<(])[^?#]*(?<!\})$/;
