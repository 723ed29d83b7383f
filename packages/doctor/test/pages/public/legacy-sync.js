// A script that the page links to, and that no build has seen.
window.legacy = {
  async sync() {
    const response = await fetch('/legacy-sync.js');
    const text = await response.text();
    // The user is missing from here on.
    return [text.length, window.readUser()];
  },
};
