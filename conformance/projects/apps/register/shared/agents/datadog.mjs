import 'dd-trace/register.js';

await import('./datadog.cjs');
