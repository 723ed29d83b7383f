/**
 * The starters of `examples/starters`, as projects: each is copied and installed, and its scripts are run. Their files
 * are also the programs of docs/recipes/next.md, docs/recipes/nuxt.md and docs/recipes/sveltekit.md.
 */
import type { Project, Starter, StarterServer } from './project.js';
import { readStarterManifest, scriptCommand } from './starter-files.js';

/** What a starter installs from npm: everything but the packages of this repository. */
function dependenciesOf(folder: string): Record<string, string> {
  const { dependencies, devDependencies } = readStarterManifest(folder);
  const all = Object.entries({ ...dependencies, ...devDependencies });
  return Object.fromEntries(all.filter(([name]) => !/^(?:@throughline\/.+|throughline)$/.test(name)));
}

/** The scripts that each starter that has them must run without an error, before anything is started. */
const CHECKED_SCRIPTS = ['check', 'build', 'test'];

/** What a project that is a copy of a starter has. @param node the version of Node. Default: that of this process */
export function copyOf(
  starter: Starter,
  node?: Project['node'],
): Pick<Project, 'dependencies' | 'files' | 'starter' | 'commands' | 'node'> {
  const { scripts } = readStarterManifest(starter.folder);
  const commands = CHECKED_SCRIPTS.filter((name) => name in scripts).map((name) => scriptCommand(starter, name));
  return { dependencies: dependenciesOf(starter.folder), files: {}, starter, commands, ...(node && { node }) };
}

function project(title: string, starter: Starter, node?: Project['node']): Project {
  return { title, group: 'Starters', ...copyOf(starter, node) };
}

/** On the oldest and on the newest version of Node. */
const START: StarterServer = { script: 'start', nodes: ['node20', 'node26'] };

/** Node runs the TypeScript files themselves, which Node 20 cannot. */
const DEVELOP: StarterServer = { script: 'dev', nodes: ['node26'] };

const nodeServer = (title: string, folder: string, servers = [START, DEVELOP]) =>
  project(title, { folder, api: '/order', servers });

export const withPort = (port: number) => ['--port', String(port)];
export const withStrictPort = (port: number) => ['--port', String(port), '--strictPort'];

const VITE: readonly StarterServer[] = [
  { script: 'start', args: withStrictPort, hasPage: true },
  { script: 'dev', args: withStrictPort, hasPage: true },
];

export const STARTER_PROJECTS: readonly Project[] = [
  nodeServer('node:http', 'node-http'),
  nodeServer('Express 5', 'express'),
  nodeServer('Fastify 5', 'fastify'),
  nodeServer('Koa 3', 'koa'),
  nodeServer('Hono 4 on Node', 'hono'),
  nodeServer('h3 2', 'h3'),
  nodeServer('Nest 12', 'nest', [START]),
  project('Bun', { folder: 'bun', runner: 'bun', api: '/order', servers: [{ script: 'start' }, { script: 'dev' }] }),
  project('Deno', { folder: 'deno', runner: 'deno', api: '/order', servers: [{ script: 'start' }, { script: 'dev' }] }),
  project(
    'A Worker of Cloudflare',
    { folder: 'cloudflare-worker', api: '/order', servers: [{ script: 'start', args: withPort }] },
    'node26',
  ),
  project('Vite 8', { folder: 'vite', servers: VITE }),
  project('Vite 8 with React', { folder: 'vite-react', servers: VITE }),
  project('Vite 8 with Vue', { folder: 'vite-vue', servers: VITE }),
  project('webpack 5', { folder: 'webpack', file: 'dist/index.html' }),
  project('Rspack 2', {
    folder: 'rspack',
    file: 'dist/index.html',
    servers: [{ script: 'dev', args: withPort, hasPage: true }],
  }),
  project('Rollup 4', { folder: 'rollup', file: 'dist/index.html' }),
  project('esbuild', { folder: 'esbuild', file: 'dist/index.html', servers: [{ script: 'dev', hasPage: true }] }),
  project('A page without a build step', { folder: 'script-tag', file: 'index.html' }),
];
