/** What actions and `after` have read. Next bundles this module several times. */
globalThis.flowResults ??= new Map();

export const results = globalThis.flowResults;
