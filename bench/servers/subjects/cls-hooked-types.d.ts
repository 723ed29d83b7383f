declare module 'cls-hooked' {
  export interface Namespace {
    runAndReturn<R>(fn: () => R): R;
    set(key: string, value: unknown): unknown;
    get(key: string): unknown;
  }
  const clsHooked: { createNamespace(name: string): Namespace };
  export default clsHooked;
}
