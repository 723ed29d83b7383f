/** What actions and `after` have read, by the id of the request. Next bundles this module several times. */
globalThis.flowResults ??= new Map();

function resultOf(id) {
  const known = globalThis.flowResults.get(id);
  if (known !== undefined) return known;
  const result = {};
  result.promise = new Promise((resolve) => {
    result.resolve = resolve;
  });
  globalThis.flowResults.set(id, result);
  return result;
}

export const setResult = (id, text) => resultOf(id).resolve(text);

/** Waits for the result: to ask again and again would make hundreds of traces, some of which Sentry drops. */
export const getResult = (id) => resultOf(id).promise;
