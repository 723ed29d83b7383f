/**
 * An iframe of a page that runs the same code in several modes, with the build of one of them. An iframe has its own
 * realm, so the globals that one mode patches stay unpatched in the other modes.
 */
/** `Click` and `Message` are what the page posts to the iframe, and the iframe to the page. */
export class FlowIframe<Click, Message> {
  readonly #iframe = document.createElement('iframe');
  readonly #advice: string;
  readonly #listen: (event: MessageEvent<Message>) => void;

  /**
   * @param options.folder the path of the folder with the builds, with a slash at its end
   * @param options.advice what a visitor can do if the build does not load
   */
  constructor(
    { name, title }: { name: string; title: string },
    onMessage: (message: Message) => void,
    { folder, advice }: { folder: string; advice: string } = {
      folder: '',
      advice: 'Check that npm start is running, then reload this page.',
    },
  ) {
    this.#advice = advice;
    this.#iframe.hidden = true;
    this.#iframe.title = title;
    this.#iframe.src = `${folder}${name}/`;
    this.#listen = ({ data, source }) => {
      // After close(), the iframe has no window, and neither has a message of another page's script.
      if (source !== null && source === this.#iframe.contentWindow) onMessage(data);
    };
    addEventListener('message', this.#listen);
  }

  /** Resolves when the iframe is ready for clicks. Rejects if it loaded anything but its build. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      // The iframe's script has run by the time `load` fires.
      this.#iframe.addEventListener('load', () => {
        if (this.#iframe.contentDocument?.documentElement.dataset.state === 'ready') resolve();
        else reject(new Error(`${this.#iframe.src} did not load. ${this.#advice}`));
      });
      document.body.append(this.#iframe);
    });
  }

  click(message: Click): void {
    this.#iframe.contentWindow?.postMessage(message, location.origin);
  }

  /** Removes the iframe. Its flows end, and the page gets no more of its messages. */
  close(): void {
    removeEventListener('message', this.#listen);
    this.#iframe.remove();
  }
}
