/** The program whose start start-up.ts measures. It prints the processor time of its process so far, in microseconds. */
const { user, system } = process.cpuUsage();
process.stdout.write(String(user + system));
