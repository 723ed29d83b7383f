/** How VitePress builds `site/pages`. */
import { defineConfig } from 'vitepress';
import { githubSlug } from './github-slug.js';
import { headerLinks, sidebar } from './sidebar.js';

const description =
  'AsyncLocalStorage and AsyncContext for every JavaScript runtime, native await in browsers included.';

export default defineConfig({
  title: 'Throughline',
  description,
  lang: 'en-US',
  srcDir: 'pages',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  cleanUrls: true,
  // The READMEs of examples link to the server that the reader has started.
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  markdown: { anchor: { slugify: githubSlug }, theme: { light: 'github-light-high-contrast', dark: 'github-dark' } },
  themeConfig: {
    logo: { src: '/icon.svg', alt: '' },
    nav: headerLinks,
    sidebar,
    outline: { level: [2, 3] },
    search: { provider: 'local' },
  },
});
