/**
 * The subjects of this suite are variants of a server:
 *
 *   bare                  the framework alone
 *   throughline           with the request scope
 *   throughline-as-peer   with the request scope and the features of the peer alone: no id is sent, no emitter bound
 *   peer                  with the usual solution on that framework
 *   session-read          with the request scope and sessions in memory; each request reads its session
 *   session-write         with the request scope and sessions in memory; each request writes to its session
 *   soak                  with the request scope, sessions in memory, and the soak's route
 */
export const VARIANTS = [
  'bare',
  'throughline',
  'throughline-as-peer',
  'peer',
  'session-read',
  'session-write',
  'soak',
] as const;

export type Variant = (typeof VARIANTS)[number];

export function isVariant(name: unknown): name is Variant {
  return VARIANTS.some((variant) => variant === name);
}
