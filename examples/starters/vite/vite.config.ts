import throughline from '@throughline/transform/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [throughline()] });
