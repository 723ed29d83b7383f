/** A session store in memory. While `isBroken` is set, reading from it fails. */
export class BreakableStore extends Map<string, unknown> {
  isBroken = false;

  override get(key: string): unknown {
    if (this.isBroken) throw new Error('the disk is full');
    return super.get(key);
  }
}
