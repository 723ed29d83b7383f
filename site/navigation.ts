/**
 * All pages of the site, in the order of the sidebar. The build fails if a page of `docs/` is not listed here, or if a
 * listed page does not exist.
 */
import { readPackages } from './reference/entry-points.js';
import { repositoryRoot } from './repository-root.js';

/** A page that is a Markdown file of the repository. */
export interface SourcePage {
  readonly text: string;
  /** The path of the file in the repository. The path of the page follows from it: see `prepare/page-path.ts`. */
  readonly source: string;
  /** Pages with details, shown below this one. */
  readonly pages?: readonly NavigationPage[];
}

/** A page that a step of `prepare/` writes from other sources than one Markdown file, or a section of a page. */
export interface GeneratedPage {
  readonly text: string;
  /** The path of the page on the site, such as `/reference/`. */
  readonly path: string;
  readonly pages?: readonly NavigationPage[];
}

export type NavigationPage = SourcePage | GeneratedPage;

export interface NavigationGroup {
  readonly text: string;
  /** Whether the group is closed until a reader opens it or visits one of its pages. */
  readonly isCollapsed?: boolean;
  readonly pages: readonly NavigationPage[];
}

/** A page for each package, and below it one for each of its subpaths. */
function referencePages(): NavigationPage[] {
  return readPackages(repositoryRoot).flatMap(({ entryPoints: [main, ...others] }): NavigationPage[] => {
    if (main === undefined) return [];
    const pages = others.map(({ specifier, path }) => ({ text: specifier.slice(main.specifier.length), path }));
    return [{ text: main.specifier, path: main.path, ...(pages.length > 0 && { pages }) }];
  });
}

export const navigation: readonly NavigationGroup[] = [
  {
    // In the order in which one needs them.
    text: 'Guides',
    pages: [
      { text: 'Why', source: 'docs/why.md' },
      { text: 'Install', source: 'docs/install.md' },
      { text: 'Servers', source: 'docs/servers.md' },
      {
        text: 'Browsers',
        source: 'docs/browsers.md',
        pages: [
          { text: 'The transform', source: 'docs/transform.md' },
          { text: 'Without a build step', source: 'docs/without-a-build-step.md' },
          { text: 'Native await', source: 'docs/await.md' },
          { text: 'Web APIs', source: 'docs/web.md' },
        ],
      },
      {
        text: 'React Native',
        source: 'docs/react-native.md',
        pages: [
          { text: 'Its APIs', source: 'docs/react-native-apis.md' },
          { text: 'The example app', source: 'examples/react-native/README.md' },
        ],
      },
      { text: 'Request scope', source: 'docs/request.md' },
      { text: 'Sessions', source: 'docs/sessions.md' },
      { text: 'Logs', source: 'docs/logs.md' },
      { text: 'OpenTelemetry', source: 'docs/opentelemetry.md' },
      { text: 'The whole process', source: 'docs/register.md' },
      { text: 'The doctor', source: 'docs/doctor.md' },
      {
        text: 'Propagation',
        source: 'docs/propagation.md',
        pages: [
          { text: 'HTTP', source: 'docs/propagation-http.md' },
          { text: 'Queues', source: 'docs/propagation-queues.md' },
          { text: 'Sockets', source: 'docs/propagation-sockets.md' },
          { text: 'Threads and processes', source: 'docs/propagation-threads.md' },
          { text: 'Pages and workers', source: 'docs/propagation-pages.md' },
        ],
      },
      { text: 'Testing', source: 'docs/testing.md' },
      {
        text: 'Migration',
        source: 'docs/migration.md',
        pages: [{ text: 'From node:async_hooks', source: 'docs/coming-from-async-hooks.md' }],
      },
    ],
  },
  {
    text: 'Recipes',
    isCollapsed: true,
    pages: [
      { text: 'Next', source: 'docs/recipes/next.md' },
      { text: 'SvelteKit', source: 'docs/recipes/sveltekit.md' },
      { text: 'Nuxt', source: 'docs/recipes/nuxt.md' },
      { text: 'GraphQL', source: 'docs/recipes/graphql.md' },
      { text: 'Socket.IO', source: 'docs/recipes/socket-io.md' },
      { text: 'BullMQ', source: 'docs/recipes/bullmq.md' },
      { text: 'Prisma', source: 'docs/recipes/prisma.md' },
      { text: 'TypeORM', source: 'docs/recipes/typeorm.md' },
      { text: 'Sentry', source: 'docs/recipes/sentry.md' },
      { text: 'LangGraph', source: 'docs/recipes/langgraph.md' },
      { text: 'AI SDK', source: 'docs/recipes/ai-sdk.md' },
      { text: 'Jest', path: '/testing#jest' },
      { text: 'Vitest', path: '/testing#vitest' },
    ],
  },
  {
    text: 'Concepts',
    pages: [
      { text: 'Concepts', source: 'docs/concepts.md' },
      { text: 'Semantics', source: 'docs/semantics.md' },
      { text: 'Limits', source: 'docs/limits.md' },
      { text: 'Database drivers', source: 'docs/drivers.md' },
      { text: 'Tested projects', source: 'docs/projects.md' },
    ],
  },
  {
    text: 'API reference',
    isCollapsed: true,
    pages: [{ text: 'All names', path: '/reference/' }, ...referencePages()],
  },
  {
    text: 'Packages',
    pages: [
      { text: 'throughline', source: 'packages/core/README.md' },
      { text: '@throughline/request', source: 'packages/request/README.md' },
      { text: '@throughline/propagation', source: 'packages/propagation/README.md' },
      { text: '@throughline/opentelemetry', source: 'packages/opentelemetry/README.md' },
      { text: '@throughline/doctor', source: 'packages/doctor/README.md' },
      { text: '@throughline/transform', source: 'packages/transform/README.md' },
      { text: 'The example server', source: 'examples/server/README.md' },
      { text: 'Starters', source: 'examples/starters/README.md' },
    ],
  },
  {
    text: 'Measured',
    pages: [
      { text: 'Conformance', source: 'docs/conformance.md' },
      { text: 'Benchmarks', source: 'docs/benchmarks.md' },
      { text: 'Growth', source: 'docs/growth.md' },
      { text: 'Performance', source: 'docs/performance.md' },
    ],
  },
  {
    text: 'Try it',
    pages: [{ text: 'Playground', path: '/playground' }],
  },
  {
    text: 'Project',
    isCollapsed: true,
    pages: [
      {
        text: 'Changelog',
        source: 'CHANGELOG.md',
        pages: [
          { text: 'throughline', source: 'packages/core/CHANGELOG.md' },
          { text: '@throughline/doctor', source: 'packages/doctor/CHANGELOG.md' },
          { text: '@throughline/opentelemetry', source: 'packages/opentelemetry/CHANGELOG.md' },
          { text: '@throughline/propagation', source: 'packages/propagation/CHANGELOG.md' },
          { text: '@throughline/request', source: 'packages/request/CHANGELOG.md' },
          { text: '@throughline/transform', source: 'packages/transform/CHANGELOG.md' },
        ],
      },
      { text: 'Security', source: 'SECURITY.md' },
      { text: 'Contributing', source: 'CONTRIBUTING.md' },
    ],
  },
];

/** The links of the header. */
export const header: readonly NavigationPage[] = [
  { text: 'Guides', source: 'docs/why.md' },
  { text: 'Semantics', source: 'docs/semantics.md' },
  { text: 'API', path: '/reference/' },
  { text: 'Conformance', source: 'docs/conformance.md' },
  { text: 'Benchmarks', source: 'docs/benchmarks.md' },
  { text: 'Playground', path: '/playground' },
];

/** All pages of a list and of the pages below them. */
export function flatten(pages: readonly NavigationPage[]): NavigationPage[] {
  return pages.flatMap((page) => [page, ...flatten(page.pages ?? [])]);
}
