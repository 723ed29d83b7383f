import { PAGE_VARIANTS } from '/work/wt/zone/bench/dist/sizes/page-variants.js'; import { addedBytes } from '/work/wt/zone/bench/dist/sizes/added-bytes.js';
for (const n of ['transform','interception']) console.log(n, await addedBytes(PAGE_VARIANTS[n]));
