/**
 * Makes a plugin for Babel work after all others. Babel calls the functions `post` in the order of its list, in which
 * the plugins of presets follow those of the configuration. In its own `post`, another plugin may move statements that
 * it noted earlier: that of Jest moves `jest.mock()` to the beginning, and would not find the statements in a new tree.
 *
 *     list of plugins:  ours, others, those of presets, the copy of ours that works
 */

/** A plugin as Babel keeps it. */
interface LoadedPlugin {
  readonly post?: (file: FileWithPlugins) => void;
}

interface OptionsWithPlugins {
  readonly plugins?: LoadedPlugin[];
}

interface FileWithPlugins {
  readonly opts: OptionsWithPlugins;
}

/** The copies at the end of lists. */
const copies = new WeakSet<LoadedPlugin>();

/**
 * @param work called once for each file, after all other plugins
 * @returns the functions of the plugin that Babel calls
 */
export function workLast<File extends FileWithPlugins>(work: (file: File) => void) {
  return {
    manipulateOptions(this: LoadedPlugin, { plugins }: OptionsWithPlugins): void {
      // A tool can use a list again. The plugins of a preset that has a pass of its own are in another list.
      if (!plugins?.includes(this) || plugins.some((plugin) => copies.has(plugin))) return;
      const copy: LoadedPlugin = Object.assign(Object.create(Reflect.getPrototypeOf(this)), this, {
        manipulateOptions: undefined,
        post: work,
      });
      copies.add(copy);
      plugins.push(copy);
    },
    post(file: File): void {
      if (!file.opts.plugins?.some((plugin) => copies.has(plugin))) work(file);
    },
  };
}
