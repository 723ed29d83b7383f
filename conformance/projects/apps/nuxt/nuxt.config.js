import throughline from '@throughline/transform/vite';

export default {
  app: { head: { link: [{ rel: 'icon', href: 'data:,' }] } },
  // Vite finds the dependencies of the tools late, and then loads the page again.
  devtools: { enabled: false },
  vite: { plugins: [throughline()] },
};
