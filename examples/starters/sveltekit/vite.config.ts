import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import throughline from '@throughline/transform/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [throughline(), sveltekit({ adapter: adapter() })] });
