/**
 * The listeners of one emitter or target, bound to its context. Each listener always has the same bound function. An
 * emitter or target compares functions to remove a listener or to add it only once, so this works as without binding.
 */
export class BoundListeners<L extends object> {
  readonly #bound = new WeakMap<L, L>();
  readonly #bind: (listener: L) => L;

  constructor(bind: (listener: L) => L) {
    this.#bind = bind;
  }

  /** Returns the bound listener, which is created by the first call. */
  of(listener: L): L {
    let bound = this.#bound.get(listener);
    if (bound === undefined) {
      bound = this.#bind(listener);
      this.#bound.set(listener, bound);
    }
    return bound;
  }

  /** Returns the bound listener if there is one, otherwise the listener itself: it was added before the binding. */
  find(listener: L): L {
    return this.#bound.get(listener) ?? listener;
  }
}
