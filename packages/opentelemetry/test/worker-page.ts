/** A page that starts the worker of registered-worker.ts. `globalThis.result` settles to its message. */
const worker = new Worker(location.pathname.replace('worker-page', 'registered-worker').concat('.js'), {
  type: 'module',
});

Object.assign(globalThis, {
  result: new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }),
});

export {};
