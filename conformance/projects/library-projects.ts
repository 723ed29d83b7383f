/**
 * Libraries that keep values for flows, in a page that a plugin has built. Their programs are in `apps/libraries`: each
 * prints how many of its checks were right, first in Node, whose own storage the library uses there, and then in Chromium.
 */
import {
  ESBUILD_BUILD,
  PAGE_HTML,
  ROLLDOWN_BUILD,
  ROLLUP_BUILD,
  RSPACK_BUILD,
  VITE_CONFIG,
  WEBPACK_BUILD,
} from './page-builds.js';
import type { Project } from './project.js';

interface LibraryApp {
  readonly title: string;
  /** The folder of the program. */
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** How many checks the program makes. */
  readonly checkCount: number;
}

/** A program that Node runs, and that a script builds for a page. */
function libraryPage(
  { title, folder, dependencies, checkCount }: LibraryApp,
  bundler: Readonly<Record<string, string>>,
  script: string,
): Project {
  return {
    title,
    group: 'Libraries',
    dependencies: { ...dependencies, ...bundler },
    manifest: { type: 'module' },
    folders: ['libraries/shared', `libraries/${folder}`],
    files: { 'build.js': script, 'dist/index.html': PAGE_HTML },
    commands: [
      ['node', 'build.js'],
      ['node', 'page.js'],
    ],
    output: `${checkCount} of ${checkCount} checks right`,
    page: 'dist/index.html',
  };
}

/** The same with Vite, whose development server bundles the library in advance. */
function vitePage(app: LibraryApp): Project {
  return {
    ...libraryPage(app, { vite: '^8.0.0' }, ''),
    files: { 'vite.config.js': VITE_CONFIG, 'index.html': PAGE_HTML },
    commands: [
      ['vite', 'build'],
      ['node', 'page.js'],
    ],
    isDevelopedWithVite: true,
  };
}

const ESBUILD = { esbuild: '^0.28.0' };
const RSPACK = { '@rspack/core': '^2.0.0' };
const OPENTELEMETRY = { '@opentelemetry/api': '^1.9.0', '@opentelemetry/sdk-trace-base': '^2.0.0' };
const ZOD = { zod: '^4.0.0' };

/** convex-test uses Node's name of the global object. */
const ESBUILD_WITH_GLOBAL = ESBUILD_BUILD.replace('bundle: true', "$&, define: { global: 'globalThis' }");

export const LIBRARY_PROJECTS: readonly Project[] = [
  vitePage({
    title: 'LangGraph',
    folder: 'langgraph',
    dependencies: { '@langchain/core': '^1.0.0', '@langchain/langgraph': '^1.7.0', ...ZOD },
    checkCount: 340,
  }),
  libraryPage(
    {
      title: 'OpenAI Agents',
      folder: 'openai-agents',
      dependencies: { '@openai/agents': '^0.20.0', ...ZOD },
      checkCount: 560,
    },
    { webpack: '^5.0.0' },
    WEBPACK_BUILD,
  ),
  libraryPage(
    {
      title: 'AI SDK 6',
      folder: 'ai-sdk',
      dependencies: { ai: '^6.0.0', ...OPENTELEMETRY, ...ZOD },
      checkCount: 620,
    },
    RSPACK,
    RSPACK_BUILD,
  ),
  libraryPage(
    {
      title: 'Braintrust',
      folder: 'braintrust',
      dependencies: { braintrust: '^3.0.0', ...ZOD },
      checkCount: 80,
    },
    ESBUILD,
    ESBUILD_BUILD,
  ),
  libraryPage(
    {
      title: 'LlamaIndex',
      folder: 'llamaindex',
      dependencies: {
        '@llamaindex/core': '^0.6.0',
        '@llamaindex/env': '^0.1.0',
        '@llamaindex/workflow-core': '^1.0.0',
        ...ZOD,
      },
      checkCount: 160,
    },
    RSPACK,
    RSPACK_BUILD,
  ),
  libraryPage(
    { title: 'p-limit 5', folder: 'p-limit', dependencies: { 'p-limit': '^5.0.0' }, checkCount: 140 },
    { rollup: '^4.0.0', '@rollup/plugin-node-resolve': '^16.0.0' },
    ROLLUP_BUILD,
  ),
  vitePage({
    title: 'Better Auth, with its server in the page',
    folder: 'better-auth',
    dependencies: { 'better-auth': '^1.7.0' },
    checkCount: 200,
  }),
  libraryPage(
    {
      title: 'convex-test',
      folder: 'convex-test',
      dependencies: { convex: '^1.0.0', 'convex-test': '^0.0.70' },
      checkCount: 300,
    },
    ESBUILD,
    ESBUILD_WITH_GLOBAL,
  ),
  libraryPage(
    { title: 'OpenTelemetry', folder: 'opentelemetry', dependencies: OPENTELEMETRY, checkCount: 300 },
    { rolldown: '^1.0.0' },
    ROLLDOWN_BUILD,
  ),
];
