/**
 * The program that import-cost.ts starts: it imports a module, and prints the processor time of its process so far, in
 * microseconds, and its memory in bytes.
 */
await import(process.argv[2] ?? '');
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ processorTime: user + system, memory: process.memoryUsage().rss }));
