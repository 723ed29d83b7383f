import throughline from '@throughline/transform/vite';

export default {
  app: { head: { link: [{ rel: 'icon', href: 'data:,' }] } },
  vite: { plugins: [throughline()] },
};
