// expects: untransformed code, untransformed, counting-worker.js:2
/** A worker whose script is no part of the build. */
export default new Promise((resolve) => {
  const worker = new Worker('/counting-worker.js');
  worker.onmessage = () => {
    worker.terminate();
    resolve();
  };
  worker.postMessage(1);
});
