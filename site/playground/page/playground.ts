/**
 * The playground: a program on the left, its flows on the right, its output and the doctor's findings below.
 *
 *     program ──compile──▶ code ──sandbox──▶ worker
 *       editor ◀── places ◀── source map ◀── reads, output, findings
 */
import './playground.css';
import type { ProgramMode } from '../compile/compile-program.js';
import type { ProgramPlace } from '../compile/program-error.js';
import type { ProgramMessage, ShownFinding } from '../run/messages.js';
import { Editor, type PlaceNote } from './editor.js';
import { element } from './elements.js';
import { FindingList } from './finding-list.js';
import { FlowLanes } from './flow-lanes.js';
import { LaneList } from './lane-list.js';
import { modes } from './modes.js';
import { OutputList } from './output-list.js';
import { fragmentOf, programIn } from './program-link.js';
import { Sandbox } from './sandbox.js';
import { startingExamples } from './starting-examples.js';
import { createTracer, type Tracer } from './trace-position.js';

/** Milliseconds without a message after which the program counts as busy. */
const BUSY_AFTER = 1500;

/** Ends the playground: its program, and its listeners. */
export interface MountedPlayground {
  unmount(): void;
}

/** Shows the playground in an element, which it fills, and runs the program of the URL or the first example. */
export function mountPlayground(parent: HTMLElement): MountedPlayground {
  const playground = new Playground(parent);
  const onHashChange = () => playground.openLink();
  addEventListener('hashchange', onHashChange);
  return {
    unmount() {
      removeEventListener('hashchange', onHashChange);
      playground.end();
    },
  };
}

class Playground {
  readonly #runButton = element('button', { type: 'button', class: 'tp-run' }, 'Run');
  readonly #stopButton = element('button', { type: 'button', disabled: '' }, 'Stop');
  readonly #linkButton = element('button', { type: 'button' }, 'Copy link');
  readonly #examples = element('select', { 'aria-label': 'Example' });
  readonly #modes = element('fieldset', { class: 'tp-modes' }, element('legend', { class: 'tp-hidden' }, 'Mode'));
  readonly #status = element('p', { class: 'tp-status', role: 'status' });
  readonly #explanation = element('p', { class: 'tp-explanation' });
  readonly #counts = element('p', { class: 'tp-counts' });
  readonly #findingsPart = element('section', { class: 'tp-doctor', 'aria-labelledby': 'tp-doctor' });
  readonly #select = (place: ProgramPlace) => this.#editor.goTo(place);
  readonly #laneList = new LaneList(this.#select);
  readonly #output = new OutputList(this.#select);
  readonly #findingList = new FindingList(this.#select);
  readonly #editor: Editor;
  readonly #sandbox: Sandbox;
  readonly #busyCheck: ReturnType<typeof setInterval>;
  readonly #runTexts = new Map<ProgramMode, Promise<string>>();
  #mode: ProgramMode = 'transform';
  #lanes = new FlowLanes();
  #trace: Tracer = () => undefined;
  #failureNotes: PlaceNote[] = [];
  #findings: readonly ShownFinding[] = [];
  /** Whether the top level of the program has ended. */
  #hasEvaluated = false;
  #lastMessage = 0;
  /** Counts the runs, so that what belongs to an earlier one is dropped. */
  #run = 0;

  constructor(parent: HTMLElement) {
    const editorPart = element('div', { class: 'tp-editor' });
    this.#layOut(parent, editorPart);
    this.#editor = new Editor(editorPart, {
      onChange: () => this.#examples.replaceChildren(...this.#exampleOptions('')),
      onRun: () => void this.#start(),
    });
    this.#sandbox = new Sandbox(parent, (reason) => this.#fail(`The program could not be started: ${reason}`));
    this.#runButton.addEventListener('click', () => this.#start());
    this.#stopButton.addEventListener('click', () => this.#stop('Stopped.'));
    this.#linkButton.addEventListener('click', () => this.#copyLink());
    this.#examples.addEventListener('change', () => this.#openExample(this.#examples.value));
    this.#busyCheck = setInterval(() => this.#showBusy(), 500);
    if (!this.openLink()) this.#openExample(startingExamples[0].name);
  }

  /** @returns whether the URL contains a program, which then runs */
  openLink(): boolean {
    const linked = programIn(location.hash);
    if (linked === undefined) return false;
    // Also if another mode was selected before: the link says how its program runs.
    this.#selectMode(linked.mode);
    this.#open(linked.program, '');
    return true;
  }

  end(): void {
    this.#run++;
    clearInterval(this.#busyCheck);
    this.#sandbox.close();
    this.#editor.close();
  }

  #layOut(parent: HTMLElement, editorPart: HTMLElement): void {
    this.#examples.append(...this.#exampleOptions(''));
    this.#findingsPart.append(element('h2', { id: 'tp-doctor' }, 'Doctor'), this.#findingList.element);
    this.#findingsPart.hidden = true;
    const root = element(
      'div',
      { class: 'tp' },
      element(
        'div',
        { class: 'tp-bar-of-controls' },
        this.#examples,
        this.#createModes(),
        element('div', { class: 'tp-buttons' }, this.#runButton, this.#stopButton, this.#linkButton),
      ),
      this.#explanation,
      element(
        'div',
        { class: 'tp-panes' },
        element(
          'section',
          { class: 'tp-pane', 'aria-labelledby': 'tp-program' },
          element('h2', { id: 'tp-program' }, 'Program'),
          editorPart,
        ),
        element(
          'section',
          { class: 'tp-pane', 'aria-labelledby': 'tp-flows' },
          element('div', { class: 'tp-heading' }, element('h2', { id: 'tp-flows' }, 'Flows'), this.#counts),
          this.#laneList.element,
        ),
      ),
      this.#status,
      this.#findingsPart,
      element(
        'section',
        { 'aria-labelledby': 'tp-output' },
        element('h2', { id: 'tp-output' }, 'Output'),
        this.#output.element,
      ),
    );
    parent.replaceChildren(root);
  }

  #createModes(): HTMLElement {
    for (const { name, title } of modes) {
      const input = element('input', { type: 'radio', name: 'tp-mode', value: name });
      input.addEventListener('change', () => {
        this.#selectMode(name);
        void this.#start();
      });
      this.#modes.append(element('label', {}, input, title));
    }
    this.#selectMode(this.#mode);
    return this.#modes;
  }

  #selectMode(mode: ProgramMode): void {
    this.#mode = mode;
    this.#explanation.textContent = modes.find(({ name }) => name === mode)?.explanation ?? '';
    for (const input of this.#modes.querySelectorAll('input')) input.checked = input.value === mode;
  }

  #exampleOptions(selected: string): HTMLElement[] {
    const options = startingExamples.map(({ name, title }) => {
      const option = element('option', { value: name }, title);
      option.selected = name === selected;
      return option;
    });
    if (selected !== '') return options;
    const own = element('option', { value: '', disabled: '' }, 'Your program');
    own.selected = true;
    return [own, ...options];
  }

  #openExample(name: string): void {
    const example = startingExamples.find((one) => one.name === name);
    if (example === undefined) return;
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
    this.#open(example.program, name);
  }

  #open(program: string, example: string): void {
    this.#examples.replaceChildren(...this.#exampleOptions(example));
    this.#editor.program = program;
    void this.#start();
  }

  async #start(): Promise<void> {
    const run = ++this.#run;
    this.#reset();
    this.#setRunning(true, 'Starting…', 'starting');
    const program = this.#editor.program;
    const mode = this.#mode;
    try {
      const [compiler, text] = await Promise.all([import('../compile/compile-program.js'), this.#loadRunText(mode)]);
      await compiler.prepareCompiler();
      if (run !== this.#run) return;
      const onReady = (urls: Readonly<Record<string, string>>) => {
        try {
          const { code, map } = compiler.compileProgram(program, mode, urls);
          this.#trace = createTracer(map);
          this.#showRunning();
          this.#sandbox.run(code);
        } catch (error) {
          this.#failToCompile(error);
        }
      };
      await this.#sandbox.start(text, (message) => {
        if (run === this.#run) this.#receive(message, program, onReady);
      });
    } catch (error) {
      if (run === this.#run) this.#fail(messageOf(error));
    }
  }

  #loadRunText(mode: ProgramMode): Promise<string> {
    const known = this.#runTexts.get(mode);
    if (known !== undefined) return known;
    const loading = loadText(new URL(/* @vite-ignore */ `run-${mode}.js`, import.meta.url));
    this.#runTexts.set(mode, loading);
    loading.catch(() => this.#runTexts.delete(mode));
    return loading;
  }

  #receive(message: ProgramMessage, program: string, onReady: (urls: Readonly<Record<string, string>>) => void): void {
    this.#lastMessage = Date.now();
    switch (message.type) {
      case 'ready':
        onReady(message.urls);
        break;
      case 'open':
      case 'read':
        this.#lanes.add({ ...message, place: this.#trace(message.position) });
        this.#showCounts();
        this.#laneList.show(this.#lanes);
        break;
      case 'output':
        this.#output.add(message.level, message.text);
        break;
      case 'failure':
        this.#addFailure(message.text, this.#trace(message.position));
        break;
      case 'findings':
        this.#showFindings(message.findings, program);
        break;
      case 'evaluated':
        this.#hasEvaluated = true;
        this.#showRunning();
        break;
      case 'beat':
        if (this.#status.dataset.state === 'busy') this.#showRunning();
    }
  }

  #reset(): void {
    this.#sandbox.stop();
    this.#hasEvaluated = false;
    this.#lanes = new FlowLanes();
    this.#trace = () => undefined;
    this.#failureNotes = [];
    this.#findings = [];
    this.#output.clear();
    this.#laneList.show(this.#lanes);
    this.#showCounts();
    this.#findingList.show([], '');
    this.#findingsPart.hidden = true;
    this.#editor.showNotes([]);
  }

  #showRunning(): void {
    this.#setRunning(
      true,
      this.#hasEvaluated ? 'The program has run. What it started may still be running.' : 'Running.',
    );
  }

  #setRunning(isRunning: boolean, text: string, state = isRunning ? 'running' : 'ended'): void {
    this.#stopButton.disabled = !isRunning;
    this.#lastMessage = Date.now();
    this.#status.dataset.state = state;
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #stop(text: string): void {
    this.#run++;
    this.#sandbox.stop();
    this.#setRunning(false, text);
    this.#runButton.focus();
  }

  #fail(text: string): void {
    this.#run++;
    this.#sandbox.stop();
    this.#setRunning(false, text, 'failed');
  }

  #failToCompile(error: unknown): void {
    this.#fail('The program does not compile.');
    const place = error instanceof Error && 'place' in error ? (error.place as ProgramPlace) : undefined;
    this.#addFailure(messageOf(error), place);
  }

  #addFailure(text: string, place: ProgramPlace | undefined): void {
    this.#output.addFailure(text, place);
    if (place !== undefined) this.#failureNotes.push({ place, severity: 'error', text });
    this.#showNotes();
  }

  #showFindings(findings: readonly ShownFinding[], program: string): void {
    // Without Throughline, every value is lost.
    if (this.#mode === 'global') return;
    this.#findings = findings;
    this.#findingList.show(findings, program);
    this.#findingsPart.hidden = findings.length === 0;
    this.#showNotes();
  }

  /** Marks what the program as it has run was told. After an edit, the marks move with the text. */
  #showNotes(): void {
    const notes = this.#findings.flatMap(({ places, message }) =>
      places.map((place): PlaceNote => ({ place, severity: 'warning', text: `${message}: ${place.note}` })),
    );
    this.#editor.showNotes([...notes, ...this.#failureNotes]);
  }

  #showCounts(): void {
    const { flows, reads, wrong } = this.#lanes.counts;
    this.#counts.textContent = `${flows} flows, ${reads} reads, ${wrong} wrong`;
    this.#counts.classList.toggle('tp-bad', wrong > 0);
  }

  #showBusy(): void {
    // Not while it starts: a slow machine is not a busy program.
    if (this.#status.dataset.state !== 'running' || Date.now() - this.#lastMessage < BUSY_AFTER) return;
    this.#status.dataset.state = 'busy';
    this.#status.textContent = 'The program has been busy for a while: it may be in an endless loop. Stop it, or wait.';
  }

  async #copyLink(): Promise<void> {
    history.replaceState(history.state, '', fragmentOf(this.#editor.program, this.#mode));
    try {
      await navigator.clipboard.writeText(location.href);
      this.#linkButton.textContent = 'Copied';
    } catch {
      // The browser does not allow it. The address of the page is the link.
      this.#linkButton.textContent = 'See the address bar';
    }
    setTimeout(() => {
      this.#linkButton.textContent = 'Copy link';
    }, 2000);
  }
}

async function loadText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The page could not load ${url.pathname}: status ${response.status}.`);
  return response.text();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
