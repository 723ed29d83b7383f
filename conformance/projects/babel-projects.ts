/** Projects whose code Babel compiles, with the plugin of the transform or with Metro. */
import { OUTPUT } from './programs.js';
import type { Project } from './project.js';

/** A value that is not a promise cannot be followed without the transform. */
const MODULE = `import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage();

export function demo() {
  return storage.run('${OUTPUT}', async () => {
    await 5;
    return storage.getStore();
  });
}
`;

const BABEL_PLUGIN = '@throughline/transform/babel';

const JEST_CONFIG = `module.exports = {
  presets: [['@babel/preset-env', { targets: { node: 'current' } }]],
  plugins: ['${BABEL_PLUGIN}'],
};
`;

/** React Native's preset keeps the async functions, so the transform has something to do. */
const METRO_BABEL_CONFIG = `module.exports = {
  presets: [['@react-native/babel-preset', { customTransformOptions: { unstable_preserveAsync: true } }]],
};
`;

/** React Native itself is not installed, so the configuration is that of Metro with the transformer of React Native. */
const METRO_CONFIG = `const { getDefaultConfig } = require('metro-config');
const { withThroughline } = require('@throughline/transform/metro');
module.exports = async () => {
  const config = await getDefaultConfig(__dirname);
  const babelTransformerPath = require.resolve('@react-native/metro-babel-transformer');
  return withThroughline({ ...config, transformer: { ...config.transformer, babelTransformerPath } });
};
`;

const METRO_MAIN = `${MODULE}demo().then(console.log);\n`;

const NEXT_PAGE = `import { useEffect, useState } from 'react';
import { demo } from '../demo';

export default function Page() {
  const [text, setText] = useState('');
  useEffect(() => void demo().then(setText), []);
  return <p>{text}</p>;
}
`;

/** Code that Next has built for the page, which Babel has transformed before, ends each call. */
const SEARCH_PAGE = `const folder = '.next/static/chunks/pages/';
const [file] = fs.readdirSync(folder).filter((name) => name.startsWith('index'));
const isTransformed = /finally\\{\\w+\\.end\\(\\)\\}/.test(fs.readFileSync(folder + file, 'utf8'));
console.log(isTransformed ? '${OUTPUT}' : 'The page is not transformed.');
`;

const BABEL = { '@babel/core': '^7.29.0' };

export const BABEL_PROJECTS: readonly Project[] = [
  {
    title: 'Jest 30 with Babel, jsdom and the plugin for Babel',
    group: 'Test runners',
    dependencies: { jest: '^30.0.0', 'jest-environment-jsdom': '^30.0.0', ...BABEL, '@babel/preset-env': '^7.29.0' },
    manifest: { jest: { testEnvironment: 'jsdom' } },
    files: {
      'babel.config.js': JEST_CONFIG,
      'demo.js': MODULE,
      'demo.test.js': `import { demo } from './demo';
test('a flow keeps its value', async () => expect(await demo()).toBe('${OUTPUT}'));
`,
    },
    commands: [['jest'], ['node', '--print', `'${OUTPUT}'`]],
    output: OUTPUT,
  },
  {
    title: 'Metro for iOS and Android',
    group: 'Bundlers and applications',
    dependencies: {
      metro: '^0.87.0',
      '@react-native/babel-preset': '^0.88.0',
      '@react-native/metro-babel-transformer': '^0.88.0',
      'metro-config': '^0.87.0',
      ...BABEL,
      '@babel/runtime': '^7.29.0',
    },
    files: { 'babel.config.js': METRO_BABEL_CONFIG, 'metro.config.js': METRO_CONFIG, 'main.js': METRO_MAIN },
    commands: [
      ['metro', 'build', 'main.js', '--platform', 'android', '--out', 'android.js'],
      ['metro', 'build', 'main.js', '--platform', 'ios', '--out', 'ios.js'],
      ['node', '--eval', `require('./android.js')`],
      ['node', '--eval', `require('./ios.js')`],
    ],
    output: OUTPUT,
  },
  {
    title: 'Next 16 with a configuration of Babel',
    group: 'Bundlers and applications',
    dependencies: { next: '^16.0.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
    files: {
      // By default, the preset lowers async functions.
      '.babelrc': JSON.stringify({
        presets: [['next/babel', { 'preset-env': { targets: { chrome: '120' } } }]],
        plugins: [BABEL_PLUGIN],
      }),
      'demo.js': MODULE,
      'pages/index.js': NEXT_PAGE,
    },
    commands: [
      ['next', 'build', '--webpack'],
      ['node', '--eval', SEARCH_PAGE],
    ],
    output: OUTPUT,
  },
];
