/** A store of sessions, in memory, that can be told to fail. */
export class BreakableMap extends Map<string, unknown> {
  isBroken = false;

  override get(key: string): unknown {
    if (this.isBroken) throw new Error('the disk is full');
    return super.get(key);
  }
}
