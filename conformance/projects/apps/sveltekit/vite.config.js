import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import throughline from '@throughline/transform/vite';

export default { plugins: [throughline(), sveltekit({ adapter: adapter() })] };
