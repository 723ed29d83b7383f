import throughline from '@throughline/transform/esbuild';

export default throughline();
