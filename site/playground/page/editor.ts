/**
 * The editor is CodeMirror: the bundle contains only the modules that are used here. It works with screen readers and
 * on phones, and leaves the Tab key to the page.
 */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { ProgramPlace } from '../compile/program-error.js';

/** Something to say about a place of the program. */
export interface PlaceNote {
  readonly place: ProgramPlace;
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

/** The colors are properties of the page, so that they follow its color scheme. */
const colors = HighlightStyle.define([
  { tag: [tags.comment], color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--tp-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--tp-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--tp-number)' },
]);

export class Editor {
  readonly #view: EditorView;

  /**
   * @param parent the element that contains the editor
   * @param onChange is called after each change by the user
   * @param onRun is called when the user presses Ctrl+Enter or Cmd+Enter
   */
  constructor(parent: Element, { onChange, onRun }: { onChange: () => void; onRun: () => void }) {
    const runKey = {
      key: 'Mod-Enter',
      preventDefault: true,
      run: () => {
        onRun();
        return true;
      },
    };
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          keymap.of([runKey, ...defaultKeymap, ...historyKeymap]),
          lineNumbers(),
          history(),
          javascript({ typescript: true }),
          syntaxHighlighting(colors),
          bracketMatching(),
          indentOnInput(),
          highlightActiveLine(),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Program', spellcheck: 'false', tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (
              update.docChanged &&
              update.transactions.some(
                (one) =>
                  one.isUserEvent('input') ||
                  one.isUserEvent('delete') ||
                  one.isUserEvent('undo') ||
                  one.isUserEvent('redo'),
              )
            )
              onChange();
          }),
        ],
      }),
    });
  }

  get program(): string {
    return this.#view.state.doc.toString();
  }

  set program(program: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: program } });
  }

  close(): void {
    this.#view.destroy();
  }

  /** Marks places, and describes them where the pointer or the keyboard reaches them. Earlier marks are removed. */
  showNotes(notes: readonly PlaceNote[]): void {
    const diagnostics = notes.map(({ place, severity, text }): Diagnostic => {
      const from = this.#offsetOf(place);
      const { to: lineEnd } = this.#view.state.doc.lineAt(from);
      const [word = ''] = /^[\w$]+|^\S/.exec(this.#view.state.sliceDoc(from, lineEnd)) ?? [];
      return { from, to: from + word.length, severity, message: text };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Selects a line, and moves the focus there. */
  goTo(place: ProgramPlace): void {
    const anchor = this.#offsetOf(place);
    this.#view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    this.#view.focus();
  }

  #offsetOf({ line, column }: ProgramPlace): number {
    const { doc } = this.#view.state;
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(from + column - 1, to);
  }
}
