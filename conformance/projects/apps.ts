/**
 * Web applications in the frameworks that the packages support. All but Angular's are made from a starter of
 * `examples/starters`, which is used first; then the files of a folder of `apps` are added to it.
 */
import type { Project, Starter } from './project.js';
import { copyOf, withPort, withStrictPort } from './starter-projects.js';

const STARTED = { script: 'start', hasPage: true };
const DEVELOPED = { script: 'dev', hasPage: true };

const NEXT: Starter = { folder: 'next', api: '/api/order' };

export const APPS: readonly Project[] = [
  {
    title: 'Next 16 with webpack',
    group: 'Frameworks',
    ...copyOf(NEXT),
    commands: [],
    app: {
      folder: 'next',
      build: ['next', 'build', '--webpack'],
      program: 'app/flows.js',
      api: '/api',
      start: (port) => ['next', 'start', '--port', String(port)],
      develop: (port) => ['next', 'dev', '--webpack', '--port', String(port)],
      isUpdatedInPlace: true,
    },
  },
  {
    title: 'Next 16 with Turbopack',
    group: 'Frameworks',
    ...copyOf({ ...NEXT, servers: [STARTED, DEVELOPED] }),
    app: {
      folder: 'next',
      build: ['next', 'build'],
      program: 'app/flows.js',
      api: '/api',
      start: (port) => ['next', 'start', '--port', String(port)],
      develop: (port) => ['next', 'dev', '--port', String(port)],
      isUpdatedInPlace: true,
    },
  },
  {
    title: 'SvelteKit 3',
    group: 'Frameworks',
    ...copyOf(
      { folder: 'sveltekit', api: '/api/order', servers: [STARTED, { ...DEVELOPED, args: withStrictPort }] },
      'node24',
    ),
    app: {
      folder: 'sveltekit',
      build: ['vite', 'build'],
      program: 'src/flows.js',
      api: '/api',
      start: (port) => ['vite', 'preview', ...withStrictPort(port)],
      develop: (port) => ['vite', 'dev', ...withStrictPort(port)],
      isUpdatedInPlace: true,
    },
  },
  {
    title: 'Nuxt 4',
    group: 'Frameworks',
    ...copyOf({ folder: 'nuxt', api: '/api/order', servers: [STARTED, { ...DEVELOPED, args: withPort }] }, 'node24'),
    app: {
      folder: 'nuxt',
      build: ['nuxt', 'build'],
      // In development, Nuxt's server does not watch what Node can load without it.
      program: 'shared/flows.ts',
      api: '/api/run',
      start: () => ['node', '.output/server/index.mjs'],
      develop: (port) => ['nuxt', 'dev', '--port', String(port)],
      isUpdatedInPlace: true,
    },
  },
  {
    title: 'TanStack Start 1',
    group: 'Frameworks',
    ...copyOf(
      {
        folder: 'tanstack-start',
        api: '/api/order',
        servers: [STARTED, DEVELOPED].map((server) => ({ ...server, args: withStrictPort })),
      },
      'node24',
    ),
    app: {
      folder: 'tanstack-start',
      build: ['vite', 'build'],
      program: 'src/flows.js',
      api: '/api',
      start: (port) => ['vite', 'preview', ...withStrictPort(port)],
      develop: (port) => ['vite', 'dev', ...withStrictPort(port)],
      isUpdatedInPlace: true,
    },
  },
  {
    title: 'Astro 7',
    group: 'Frameworks',
    ...copyOf(
      {
        folder: 'astro',
        api: '/api/order',
        servers: [STARTED, DEVELOPED].map((server) => ({ ...server, args: withPort })),
      },
      'node24',
    ),
    app: {
      folder: 'astro',
      build: ['astro', 'build'],
      program: 'src/flows.js',
      api: '/api',
      start: (port) => ['astro', 'preview', '--port', String(port)],
      develop: (port) => ['astro', 'dev', '--port', String(port)],
      isUpdatedInPlace: false,
      keepsActions: true,
    },
  },
  {
    title: 'Angular 22 without zone.js',
    group: 'Frameworks',
    dependencies: {
      '@angular-builders/custom-esbuild': '^22.0.0',
      '@angular/build': '^22.0.0',
      '@angular/cli': '^22.0.0',
      '@angular/common': '^22.0.0',
      '@angular/compiler': '^22.0.0',
      '@angular/compiler-cli': '^22.0.0',
      '@angular/core': '^22.0.0',
      '@angular/platform-browser': '^22.0.0',
      '@angular/platform-server': '^22.0.0',
      '@angular/router': '^22.0.0',
      '@angular/ssr': '^22.0.0',
      '@types/express': '^5.0.0',
      '@types/node': '^24.0.0',
      express: '^5.0.0',
      rxjs: '^7.8.0',
      tslib: '^2.8.0',
      typescript: '~6.0.0',
    },
    manifest: { type: 'module' },
    files: {},
    node: 'node24',
    commands: [],
    app: {
      folder: 'angular',
      build: ['ng', 'build'],
      program: 'src/flows.js',
      api: '/api',
      start: (port) => ['node', 'dist/app/server/server.mjs', String(port)],
      develop: (port) => ['ng', 'serve', '--port', String(port)],
      isUpdatedInPlace: false,
    },
  },
];
