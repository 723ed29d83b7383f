/**
 * An iframe of a page that runs the same code in several modes, with the build of one of them. An iframe has its own
 * realm, so the globals that one mode patches stay unpatched in the other modes.
 */
/** `Click` and `Message` are what the page posts to the iframe, and the iframe to the page. */
export class FlowIframe<Click, Message> {
  readonly #iframe = document.createElement('iframe');

  constructor({ name, title }: { name: string; title: string }, onMessage: (message: Message) => void) {
    this.#iframe.hidden = true;
    this.#iframe.title = title;
    this.#iframe.src = `${name}/`;
    addEventListener('message', ({ data, source }: MessageEvent<Message>) => {
      if (source === this.#iframe.contentWindow) onMessage(data);
    });
  }

  /** Resolves when the iframe is ready for clicks. Rejects if it loaded anything but its build. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      // The iframe's script has run by the time `load` fires.
      this.#iframe.addEventListener('load', () => {
        if (this.#iframe.contentDocument?.documentElement.dataset.state === 'ready') resolve();
        else
          reject(
            new Error(`${this.#iframe.src} did not load. Check that npm start is running, then reload this page.`),
          );
      });
      document.body.append(this.#iframe);
    });
  }

  click(message: Click): void {
    this.#iframe.contentWindow?.postMessage(message, location.origin);
  }
}
