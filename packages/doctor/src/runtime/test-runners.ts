/**
 * The storages of test runners. Jest runs each test in a value of its own. If this value opened a flow, it would
 * contain all flows of the test, which would then seem to be one.
 */
const TEST_RUNNERS =
  /[\\/]node_modules[\\/](?:@jest|jest-[\w-]+|@vitest|vitest|mocha|ava|@tapjs|playwright|@playwright)[\\/]/;

const storages = new WeakSet<object>();
let hasStorages = false;

/** Called with a storage that was created in a file. */
export function noteFileOfStorage(storage: object, url: string): void {
  if (!TEST_RUNNERS.test(url)) return;
  storages.add(storage);
  hasStorages = true;
}

/** Whether a storage opens no flows, because a test runner has created it. */
export function isOfTestRunner(storage: object): boolean {
  return hasStorages && storages.has(storage);
}
