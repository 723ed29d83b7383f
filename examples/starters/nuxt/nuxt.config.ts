import throughline from '@throughline/transform/vite';

export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  app: { head: { title: 'Two users', link: [{ rel: 'icon', href: 'data:,' }] } },
  // Vite finds the dependencies of the tools late, and then loads the page again.
  devtools: { enabled: false },
  vite: { plugins: [throughline()] },
});
