// A widget on another server: an await in a string and in a comment are none.
class Widget {
  label = 'do not await this';

  async show() {
    await new Promise((resolve) => setTimeout(resolve, 2)); // await
    this.label = window.readUser();
  }
}
window.widget = new Widget();
