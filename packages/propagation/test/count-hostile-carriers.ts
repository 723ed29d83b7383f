/** `npm run hostile-carriers -- 10000 seed`: receives hostile carriers, and prints what was believed and dropped. */
import { propagationReport } from '@throughline/propagation';
import { checkHostileCarriers } from './check-hostile-carriers.js';

const [count = '10000', seedText = String(Math.floor(Math.random() * 2 ** 32))] = process.argv.slice(2);
const seed = Number(seedText);
console.log(`seed ${seed}`);
const startTime = performance.now();
const { received, believed } = checkHostileCarriers(Number(count), seed);
console.log(
  `${received} carriers received in ${((performance.now() - startTime) / 1000).toFixed(1)} s, no handler failed`,
);
console.log(`${believed} values believed, each of them valid and trusted`);
console.log('dropped:', propagationReport().reasons);
