/** The globals that the engine provides to the programs of this folder. */

/** A phone, which `views.ts` stands for. */
export interface Phone {
  /** The requests of the app, in their order. */
  readonly requests: readonly { readonly url: string; readonly headers: Readonly<Record<string, string>> }[];
  /** What the app has written to its console. */
  readonly messages: readonly string[];
  open(name: string): void;
  read(id: string): string | undefined;
  tap(id: string): void;
}

export const { phone, print, clearAllTimers } = globalThis as unknown as {
  readonly phone: Phone;
  print(text: string): void;
  clearAllTimers(): void;
};
