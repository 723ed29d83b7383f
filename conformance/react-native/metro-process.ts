/**
 * Bundles a program with Metro:
 *
 *     node metro-process.js <program> <bundle> <project> <folder of the program> <folder of throughline>
 */
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

interface Metro {
  runBuild(config: object, options: object): Promise<unknown>;
}

interface MetroConfig {
  getDefaultConfig(folder: string): object;
  mergeConfig(...configs: object[]): object;
}

const [program = '', output = '', project = '', programFolder = '', throughline = ''] = process.argv.slice(2);
const requireFromProject = createRequire(join(project, 'package.json'));
const { runBuild } = requireFromProject('metro') as Metro;
const { getDefaultConfig, mergeConfig } = requireFromProject('@react-native/metro-config') as MetroConfig;

const config = mergeConfig(getDefaultConfig(project), {
  watchFolders: [project, programFolder, throughline],
  maxWorkers: 1,
  reporter: { update() {} },
  resolver: {
    useWatchman: false,
    extraNodeModules: { throughline },
    nodeModulesPaths: [join(project, 'node_modules')],
  },
});

runBuild(config, { entry: program, platform: 'ios', dev: false, minify: false, out: output, bundleOut: output }).catch(
  (error: unknown) => {
    console.error(`${basename(program)}: ${String(error)}`);
    process.exitCode = 1;
  },
);
