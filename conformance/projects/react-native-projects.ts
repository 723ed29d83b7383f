/** Apps of React Native, which Metro bundles, and which the virtual machine of Hermes runs. */
import { readFileSync } from 'node:fs';
import type { Project } from './project.js';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(read('examples/react-native/package.json'));

/** The packages of the example, without those that are installed from their tarballs, and without the tools of phones. */
const REACT_NATIVE = Object.fromEntries(
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([name]) => !/throughline|^@react-native-community/.test(name),
  ),
);

interface Bundle {
  readonly entry: string;
  readonly platform: 'ios' | 'android';
  readonly dev: boolean;
  /** `default` compiles everything that is newer than ES2018, and `hermes-stable` is that of React Native's own builds. */
  readonly profile: 'default' | 'hermes-stable';
  readonly preservesAsync: boolean;
  readonly out: string;
}

const bundle = (entry: string, platform: Bundle['platform'], changes: Partial<Bundle> & { out: string }): Bundle => ({
  entry,
  platform,
  dev: false,
  profile: 'default',
  preservesAsync: false,
  ...changes,
});

const EXAMPLE_BUNDLES: readonly Bundle[] = [
  bundle('index.js', 'ios', { out: 'ios.js' }),
  bundle('index.js', 'android', { out: 'android.js' }),
  bundle('index.js', 'ios', { dev: true, out: 'ios.dev.js' }),
  bundle('index.js', 'android', { dev: true, out: 'android.dev.js' }),
];

/** The bundle that a phone would run. */
const RELEASE = bundle('index.js', 'android', { profile: 'hermes-stable', out: 'release.js' });

/** Three orders of two users, with eleven steps, a log line and a request, and three counts. */
const EXAMPLE_OUTPUT = '81 of 81 checks right';

/** What the libraries print that are bundled, by the folder of their program. */
const LIBRARY_OUTPUT: Readonly<Record<string, string>> = {
  langgraph: '280 of 280 checks right',
  'ai-sdk': '620 of 620 checks right',
  opentelemetry: '300 of 300 checks right',
};

const libraries = Object.keys(LIBRARY_OUTPUT);

const libraryFiles = libraries.flatMap((name) => [
  [`${name}.js`, `import './polyfills';\nimport './${name}/page';\n`],
  [`${name}/page.js`, read(`conformance/projects/apps/libraries/${name}/page.js`)],
  [`${name}/checks.js`, read('conformance/projects/apps/libraries/shared/checks.js')],
]);

const libraryBundles = libraries.map((name) => bundle(`${name}.js`, 'ios', { out: `${name}.bundle.js` }));

export const REACT_NATIVE_PROJECTS: readonly Project[] = [
  {
    title: 'The example app, for iOS and Android',
    group: 'React Native',
    dependencies: REACT_NATIVE,
    example: 'react-native',
    folders: ['react-native'],
    files: { 'bundles.json': JSON.stringify([...EXAMPLE_BUNDLES, RELEASE]) },
    node: 'node24',
    commands: [['tsc'], ['node', 'build.js']],
    reactNative: {
      program: 'tap-users.js',
      printing: Object.fromEntries(EXAMPLE_BUNDLES.map(({ out }) => [out, EXAMPLE_OUTPUT])),
      compiled: [RELEASE.out],
      needsLanguage: false,
    },
  },
  {
    title: 'LangGraph, AI SDK 6 and OpenTelemetry',
    group: 'React Native',
    dependencies: {
      ...REACT_NATIVE,
      '@babel/plugin-transform-export-namespace-from': '^7.0.0',
      '@langchain/core': '^1.0.0',
      '@langchain/langgraph': '^1.7.0',
      '@opentelemetry/api': '^1.9.0',
      '@opentelemetry/sdk-trace-base': '^2.0.0',
      '@ungap/structured-clone': '^1.0.0',
      ai: '^6.0.0',
      'fast-text-encoding': '^1.0.0',
      'react-native-get-random-values': '^2.0.0',
      'web-streams-polyfill': '^4.0.0',
      zod: '^4.0.0',
    },
    example: 'react-native',
    folders: ['react-native', 'react-native-libraries'],
    files: {
      ...(Object.fromEntries(libraryFiles) as Readonly<Record<string, string>>),
      'bundles.json': JSON.stringify(libraryBundles),
    },
    node: 'node24',
    commands: [['node', 'build.js']],
    reactNative: {
      program: 'print-messages.js',
      printing: Object.fromEntries(libraries.map((name) => [`${name}.bundle.js`, LIBRARY_OUTPUT[name] ?? ''])),
      compiled: [],
      needsLanguage: true,
    },
  },
];
