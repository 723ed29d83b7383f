/** Starts a worker that loses a flow. The worker reports on its own. */
export default new Promise((resolve) => {
  const worker = new Worker(new URL('./queue-worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = resolve;
  worker.postMessage('ada');
});
