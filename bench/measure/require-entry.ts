/**
 * Looks up an own property that must exist.
 * @throws {Error} if there is no entry of that name; the message lists the names that exist
 */
export function requireEntry<T>(entries: Readonly<Record<string, T>>, name: string | undefined): T {
  const found = name !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (found === undefined) {
    throw new Error(`Unknown name "${name ?? ''}". Expected one of: ${Object.keys(entries).join(', ')}`);
  }
  return found;
}
