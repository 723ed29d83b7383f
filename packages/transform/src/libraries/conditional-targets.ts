/**
 * The targets of `exports` and `imports` in a package.json.
 * @see https://nodejs.org/api/packages.html#conditional-exports
 */

/** A path or a specifier, none, alternatives, or targets by condition. */
export type Target = string | null | readonly Target[] | { readonly [condition: string]: Target };

/**
 * Resolves a target under conditions.
 * @param conditions the conditions that hold, in addition to `default`
 * @returns a path or a specifier; null if the package excludes these conditions; undefined if no condition holds
 */
export function resolveTarget(target: Target | undefined, conditions: readonly string[]): string | null | undefined {
  if (typeof target !== 'object' || target === null) return target;
  if (Array.isArray(target)) {
    return target.map((alternative: Target) => resolveTarget(alternative, conditions)).find((path) => path != null);
  }
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.includes(condition)) continue;
    const resolved = resolveTarget(inner, conditions);
    if (resolved !== undefined) return resolved;
  }
  return undefined;
}

/** Returns everything to which a target can resolve, under any conditions. */
export function allTargets(target: Target | undefined): string[] {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(allTargets) : [];
}
