import { PAGE_VARIANTS } from '/work/wt/zone/bench/dist/sizes/page-variants.js'; import { bundlePage } from '/work/wt/zone/bench/dist/sizes/added-bytes.js';
import { writeFileSync } from 'node:fs'; import { gzipSync } from 'node:zlib';
const { entryPoint, options } = PAGE_VARIANTS.interception;
const b = Buffer.from(await bundlePage({ entryPoints: [entryPoint], ...options })).toString(); writeFileSync('/tmp/min.js', b);
const size = (s) => gzipSync(s, { level: 9 }).length; console.log(size(b));
