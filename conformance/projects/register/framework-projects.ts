/**
 * Applications of frameworks, which are built, except that of AdonisJS. The framework starts them in its own way, and
 * the agent is loaded in the format of the application. On Node 20, they use the last versions that support it.
 */
import type { Command } from '../project.js';
import { agentPackages } from './agent-packages.js';
import type { NodeName, RegisteredApp, RegisteredProject } from './registered-app.js';
import { get, parts, postForm, postJson, request } from './request-kinds.js';

interface Framework extends Omit<RegisteredApp, 'nodes'> {
  /** The folder of `apps/register`. */
  readonly folder: string;
  /** The command that builds the application. */
  readonly build?: Command;
}

type Dependencies = Readonly<Record<string, string>>;

function project(
  { folder, build, ...app }: Framework,
  nodes: readonly NodeName[],
  dependencies: Dependencies,
  files: Readonly<Record<string, string>> = {},
): RegisteredProject {
  const [node = 'node22'] = nodes;
  return {
    title: `${app.title} on ${nodes.join(' and ')}`,
    node,
    dependencies: { ...agentPackages(nodes), ...dependencies },
    manifest: { type: 'module' },
    folders: ['register/shared', `register/${folder}`],
    files,
    commands: build === undefined ? [] : [build],
    apps: [{ ...app, nodes }],
  };
}

const ADONIS: Framework = {
  title: 'AdonisJS',
  folder: 'adonis',
  formats: ['--import'],
  packages: ['@adonisjs/core'],
  kinds: [get('GET', '/flow', 'handler'), postJson('POST', '/flow', {}, 'handler')],
  command: () => ['server.js'],
};

/** AdonisJS 6 takes the key from `config/app.js`. */
const ADONIS_7_CONFIG = {
  'config/encryption.js': `import { defineConfig, drivers } from '@adonisjs/core/encryption';
export default defineConfig({
  default: 'app',
  list: { app: drivers.aes256gcm({ id: 'app', keys: ['0'.repeat(32)] }) },
});
`,
};

/** Submits the form of the page as a browser does without JavaScript. The action redirects to what it has read. */
async function submitAction(origin: string, id: string): Promise<string> {
  const page = await (await fetch(origin)).text();
  const [, name] = /name="(\$ACTION_ID_\w+)"/.exec(page) ?? [];
  if (name === undefined) throw new Error(`The page has no action: ${page.slice(0, 2000)}`);
  const body = new FormData();
  body.append(name, '');
  return request(origin, id, { method: 'POST', body });
}

/** Sends a request, and another one for what code has read that runs after its response. */
async function getAfter(origin: string, id: string): Promise<string> {
  await request(`${origin}/api/after`, id);
  return request(`${origin}/api/results/${id}`, id);
}

const NEXT: Framework = {
  title: 'Next: streaming, actions, `after`, `use cache`',
  folder: 'next',
  formats: ['-r'],
  build: ['next', 'build'],
  packages: ['next'],
  kinds: [
    get('GET', '/api/flow', 'handler'),
    {
      title: 'page',
      parts: [...parts('first', 'second'), { name: 'cached', isOutside: true }],
      send: (origin, id) => request(origin, id, { headers: { cookie: `id=${id}` } }),
    },
    { title: 'action', parts: parts('action'), send: submitAction },
    { title: 'after', parts: parts('after'), send: getAfter },
  ],
  command: (_format, port) => ['node_modules/next/dist/bin/next', 'start', '--port', String(port)],
};
const NEXT_PACKAGES = { next: '^16.0.0', react: '^19.0.0', 'react-dom': '^19.0.0' };

const SVELTEKIT: Framework = {
  title: 'SvelteKit: streaming, actions',
  folder: 'sveltekit',
  formats: ['--import'],
  build: ['vite', 'build'],
  packages: ['@sveltejs/kit'],
  kinds: [
    get('GET', '/api', 'handler'),
    get('page', '/', 'load', 'streamed'),
    postForm(
      'action',
      '/',
      { 'x-sveltekit-action': 'true', 'x-forwarded-proto': 'http', accept: 'application/json' },
      'action',
    ),
  ],
  command: () => ['build/index.js'],
};
const sveltekitPackages = (kit: string, adapter: string, plugin: string, vite: string) => ({
  '@sveltejs/adapter-node': adapter,
  '@sveltejs/kit': kit,
  '@sveltejs/vite-plugin-svelte': plugin,
  svelte: '^5.0.0',
  vite,
});
const SVELTEKIT_2_CONFIG = `import adapter from '@sveltejs/adapter-node';
export default { kit: { adapter: adapter() } };
`;

const NUXT: Framework = {
  title: 'Nuxt',
  folder: 'nuxt',
  formats: ['--import'],
  build: ['nuxt', 'build'],
  packages: ['nuxt'],
  kinds: [get('GET', '/api/flow', 'handler'), get('page', '/', 'page')],
  command: () => ['.output/server/index.mjs'],
};

const REACT_ROUTER: Framework = {
  title: 'React Router: streaming, actions, middleware',
  folder: 'react-router',
  formats: ['--import'],
  build: ['react-router', 'build'],
  packages: ['react-router'],
  kinds: [
    get('GET', '/api', 'handler'),
    get('page', '/', 'loader', 'streamed'),
    postForm('action', '/?index', {}, 'action', 'loader', 'streamed'),
  ],
  command: () => ['node_modules/@react-router/serve/bin.cjs', './build/server/index.js'],
};
const reactRouterPackages = (version: string, vite: string) => ({
  '@react-router/dev': version,
  '@react-router/node': version,
  '@react-router/serve': version,
  isbot: '^5.0.0',
  react: '^19.0.0',
  'react-dom': '^19.0.0',
  'react-router': version,
  vite,
});
const REACT_ROUTER_7_CONFIG = 'export default { future: { v8_middleware: true } };\n';

export const FRAMEWORK_PROJECTS: readonly RegisteredProject[] = [
  project(ADONIS, ['node20', 'node22'], { '@adonisjs/core': '^6.0.0', 'reflect-metadata': '^0.2.0' }),
  project(ADONIS, ['node26'], { '@adonisjs/core': '^7.0.0', 'reflect-metadata': '^0.2.0' }, ADONIS_7_CONFIG),
  project(NEXT, ['node22', 'node26'], NEXT_PACKAGES),
  project(NEXT, ['node20'], NEXT_PACKAGES),
  project(SVELTEKIT, ['node22', 'node26'], sveltekitPackages('^3.0.0', '^6.0.0', '^7.0.0', '^8.0.0')),
  project(SVELTEKIT, ['node20'], sveltekitPackages('^2.0.0', '^5.0.0', '^6.0.0', '^7.0.0'), {
    'svelte.config.js': SVELTEKIT_2_CONFIG,
  }),
  project(NUXT, ['node22', 'node26'], { nuxt: '^4.5.0' }),
  project(NUXT, ['node20'], { nuxt: '4.4.5' }),
  project(REACT_ROUTER, ['node22', 'node26'], reactRouterPackages('^8.0.0', '^8.0.0')),
  project(REACT_ROUTER, ['node20'], reactRouterPackages('^7.0.0', '^7.0.0'), {
    'react-router.config.js': REACT_ROUTER_7_CONFIG,
  }),
];
