/** Clicks for both users at random intervals until it is paused. */
import { type User, users } from './click-lanes.js';

/** The second user clicks while the first user's flow is still running. */
const FIRST_CLICK_MS: Readonly<Record<User, number>> = { 'user 1': 0, 'user 2': 700 };

export class AutoClicker {
  readonly #click: (user: User) => void;
  readonly #timers = new Map<User, ReturnType<typeof setTimeout>>();

  constructor(click: (user: User) => void) {
    this.#click = click;
  }

  get isPlaying(): boolean {
    return this.#timers.size > 0;
  }

  play(): void {
    for (const user of users) this.#clickAfter(user, FIRST_CLICK_MS[user]);
  }

  pause(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #clickAfter(user: User, ms: number): void {
    clearTimeout(this.#timers.get(user));
    const timer = setTimeout(() => {
      // No one watches a hidden page, so it starts no flows.
      if (!document.hidden) this.#click(user);
      this.#clickAfter(user, 1300 + Math.random() * 1400);
    }, ms);
    this.#timers.set(user, timer);
  }
}
