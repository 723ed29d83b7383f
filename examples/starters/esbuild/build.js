import throughline from '@throughline/transform/esbuild';
import { build, context } from 'esbuild';

const options = {
  entryPoints: ['src/main.ts', 'index.html'],
  outdir: 'dist',
  entryNames: '[name]',
  loader: { '.html': 'copy' },
  bundle: true,
  target: 'es2022',
  plugins: [throughline()],
};

if (process.argv.includes('--serve')) {
  const development = await context(options);
  await development.watch();
  const { port } = await development.serve({ servedir: 'dist', port: Number(process.env.PORT ?? 8000) });
  console.log(`http://localhost:${port}/`);
} else {
  await build(options);
}
