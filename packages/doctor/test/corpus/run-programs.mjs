/**
 * Runs programs of the corpus one after the other in this process, which has loaded the doctor, and prints the findings
 * as JSON.
 *
 *     node --import @throughline/doctor/register run-programs.mjs lost-callback/fastq.mjs …
 */
import { findings } from '@throughline/doctor';

for (const name of process.argv.slice(2)) {
  const program = await import(new URL(name, import.meta.url));
  // A CommonJS module exports its promise.
  await program.default;
}
console.log(JSON.stringify(findings()));
