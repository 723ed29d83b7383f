/** @throws where nothing has that name */
export function pick<T>(entries: Readonly<Record<string, T>>, name = 'nothing'): T {
  const found = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (found === undefined) throw new Error(`${name} is none of ${Object.keys(entries).join(', ')}`);
  return found;
}
