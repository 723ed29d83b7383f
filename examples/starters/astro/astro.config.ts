import node from '@astrojs/node';
import throughline from '@throughline/transform/vite';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  devToolbar: { enabled: false },
  vite: { plugins: [throughline()] },
});
