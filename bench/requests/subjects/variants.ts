/**
 * How a server is set up: the framework alone; with the request scope; with what people use there today; with the scope and
 * sessions in memory, which each request reads or writes; and for the soak, which has all of it.
 */
export const VARIANTS = ['bare', 'throughline', 'peer', 'session-read', 'session-write', 'soak'] as const;

export type Variant = (typeof VARIANTS)[number];

export function isVariant(name: unknown): name is Variant {
  return VARIANTS.some((variant) => variant === name);
}
