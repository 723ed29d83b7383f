/** The arguments with which a runtime loads `throughline/register` before a program. */
import { fileURLToPath } from 'node:url';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../packages/core/lib/${file}`, import.meta.url));

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  node: ['--import', pathOf('node/register.cjs')],
  bun: ['--preload', pathOf('bun/register.js')],
  deno: ['--preload', pathOf('deno/register.js')],
};

/** @param runtime for example `node26` or `bun` */
export function registerFlags(runtime: string): readonly string[] {
  const flags = FLAGS[runtime.replace(/\d+$/, '')];
  if (flags === undefined) throw new Error(`throughline/register does not exist for the runtime ${runtime}.`);
  return flags;
}
