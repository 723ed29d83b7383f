/** What react-app.ts uses of React, which has no types of its own. */
declare module 'react' {
  export interface ReactElement {
    readonly type: unknown;
  }
  export type Component<P> = (props: P) => ReactElement;
  export function createElement<P extends object>(
    type: Component<P> | string,
    props: (P & { readonly key?: number | string }) | null,
    ...children: readonly unknown[]
  ): ReactElement;
  export function memo<P>(component: Component<P>): Component<P>;
  export function useCallback<F>(fn: F, dependencies: readonly unknown[]): F;
  export function useReducer<S, A>(reducer: (state: S, action: A) => S, initial: S): [S, (action: A) => void];
}

declare module 'react-dom/client' {
  import type { ReactElement } from 'react';

  export function createRoot(container: Element): { render(element: ReactElement): void };
}
