/** How VitePress builds `site/pages`. */
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfigWithTheme } from 'vitepress';
import { currentVersion } from '../versions/current-version.js';
import { accessibleSearch } from './accessible-search.js';
import { designStyles } from './design-styles.js';
import { keepFragments } from './exact-fragments.js';
import { githubSlug } from './github-slug.js';
import { linkToPlayground } from './playground-links.js';
import { headerLinks, sidebar } from './sidebar.js';

export interface ThemeConfig extends DefaultTheme.Config {
  /** The version of the packages that the site describes. */
  readonly version: string;
  /** The path of the newest version of the site, which has the list of all versions. */
  readonly root: string;
}

// `command/docs.ts` sets these variables.
const { SITE_BASE: base = '/', SITE_ROOT: root = base } = process.env;

export default defineConfigWithTheme<ThemeConfig>({
  title: 'Throughline',
  description: 'AsyncLocalStorage and AsyncContext for every JavaScript runtime, native await in browsers included',
  lang: 'en-US',
  base,
  srcDir: 'pages',
  outDir: 'dist/built',
  cacheDir: 'dist/cache',
  cleanUrls: true,
  // The READMEs of examples link to the server that the reader has started.
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', href: `${base}icon.svg`, type: 'image/svg+xml' }]],
  markdown: {
    anchor: { slugify: githubSlug },
    config: (markdown) => {
      linkToPlayground(markdown, base);
      keepFragments(markdown);
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    version: currentVersion(fileURLToPath(new URL('../..', import.meta.url))),
    root,
    logo: { src: '/icon.svg', alt: '' },
    nav: headerLinks,
    sidebar,
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      // By default, a search for "lost" also finds "cost". Here a word needs five letters before one may be wrong.
      options: { miniSearch: { searchOptions: { fuzzy: 0.1 } } },
    },
    externalLinkIcon: false,
  },
  vite: {
    plugins: [accessibleSearch],
    css: { postcss: { plugins: [designStyles] } },
    // Images stay files, so that they load while a reader sees the text.
    build: { assetsInlineLimit: 0 },
  },
});
