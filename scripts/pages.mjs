// Builds the pages of the browser examples, which the example server serves. This takes less than a second.
await import('../examples/browser/dist/build.js');
await import('../examples/tracing/dist/build.js');
