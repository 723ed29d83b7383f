/** An adapter of Keyv with compare-and-set, whose operations take a turn of the event loop each, and are counted. */
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AtomicKeyvAdapter } from '@throughline/request/sessions';

export class CountingStore extends EventEmitter implements AtomicKeyvAdapter {
  readonly opts = {};
  namespace: string | undefined;
  readonly map = new Map<string, string>();
  commandCount = 0;
  /** Whether writes never end. */
  hangsOnWrite = false;
  /** Writes to this key end when `release` is called. */
  hangingKey: string | undefined;
  release: () => void = () => {};

  resetCount(): void {
    this.commandCount = 0;
  }

  // biome-ignore lint/suspicious/noExplicitAny: Keyv's type lets the caller choose the type of the value
  async get(key: string): Promise<any> {
    this.commandCount++;
    await nextTurn();
    return this.map.get(key);
  }

  async compareAndSet(key: string, expected: string | undefined, next: string | undefined): Promise<boolean> {
    this.commandCount++;
    if (this.hangsOnWrite) await new Promise(() => {});
    if (key === this.hangingKey) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
      });
    }
    await nextTurn();
    const isExpected = this.map.get(key) === expected;
    if (isExpected && next === undefined) this.map.delete(key);
    else if (isExpected && next !== undefined) this.map.set(key, next);
    await nextTurn();
    return isExpected;
  }

  async set(): Promise<void> {
    throw new Error('sessions compare and set');
  }

  async delete(): Promise<boolean> {
    throw new Error('sessions compare and set');
  }

  async clear(): Promise<void> {
    this.map.clear();
  }
}
