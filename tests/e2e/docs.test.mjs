// Every shell block of README.md and docs/ is run, page by page, as somebody who reads it would; what stands in support/pages.mjs says how.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { allPages, blocksOf, follow, hasShellBlocks, isAsShown, isJsonAsShown, skippedOf, untaggedShellLines } from './support/pages.mjs';
import { PATIENCE } from './support/until.mjs';

/** What no test can do must stay seldom: building, installing, and what needs a machine or an account of its own. */
const SKIPPED_MAX = 12;
const REASON_CHARS_MIN = 20;

/** What a page's output says besides what the page itself shows of it. */
const ALSO_PRINTED = {
  'docs/command-line.md': ({ stdout, stderr }) => {
    assert.match(stderr, /2 of 2 numbers added/);
    assert.match(stdout, /platform +\S+ +Check-in is from 3 pm\.\n.*platform +\S+ +The key is in the blue box\.\n/);
    assert.match(stdout, /closed_reason +api\n/);
    assert.match(stdout, /session\.closed/);
    assert.match(stdout, /refused: 1\n/);
    assert.match(stdout, /CONNECTION +TEXTS/);
    assert.match(stderr, /auth\.scope_missing/);
  },
  'docs/sandbox.md': ({ stdout }) => {
    assert.match(stdout, /outcome +relayed[\s\S]*The key is in the blue box\.[\s\S]*settled +yes[\s\S]*outcome +ended/);
    assert.match(stdout, /session\.closed/);
  },
};

/** What gives a service something new. */
const SAY_REMOVING = ['addNumbers', 'beginImport', 'changeSession', 'createKey', 'createWebhook', 'erasePerson', 'importNumbers', 'openSession', 'recordConsent'];

const pages = await allPages();

for (const page of pages) {
  if (!await hasShellBlocks(page)) continue;
  test(`what ${page} tells to type works`, { timeout: 300_000 * PATIENCE }, async (t) => {
    const printed = await follow(t, page);
    ALSO_PRINTED[page]?.(printed);
    // Somebody who follows a page that starts a relay can take away all that it made in one go.
    if (/bauta-trial/.test(await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')))
      assert.deepEqual(printed.left.filter((name) => name !== 'bauta-trial'), []);
  });
}

test('what cannot be run is seldom, and says why', async (t) => {
  const skipped = [];
  for (const page of pages) for (const block of await skippedOf(page)) skipped.push({ page, ...block });
  for (const { page, line, reason } of skipped) t.diagnostic(`${page}:${line} is not run: ${reason}`);
  assert.deepEqual(skipped.filter(({ reason }) => reason.length < REASON_CHARS_MIN), []);
  assert.ok(skipped.length <= SKIPPED_MAX, `${skipped.length} blocks are not run`);
});

// A fence without a language is not run: outputs stood there that the commands above them did not print any more.
test('no line for a shell stands in a block that says nothing of its language', async () => {
  const found = [];
  for (const page of pages) found.push(...untaggedShellLines(await readFile(new URL(`../../${page}`, import.meta.url), 'utf8')).map((line) => `${page}:${line}`));
  assert.deepEqual(found, []);
});

test('every page that starts a relay for a trial does so in the one folder for it', async () => {
  for (const page of pages) {
    const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
    if (/^bauta dev .*> bauta-dev\.log/m.test(text)) assert.match(text, /^mkdir -p -m 700 bauta-trial && cd bauta-trial$/m, page);
  }
});

test('the pages that lead somebody in have something to type', async () => {
  const typed = [];
  for (const page of pages) if (await hasShellBlocks(page)) typed.push(page);
  for (const page of ['README.md', 'docs/clients.md', 'docs/command-line.md', 'docs/sandbox.md', 'docs/webhooks.md']) assert.ok(typed.includes(page), page);
});

test('every list of the API says what is in it, so that generated types know', async () => {
  const document = parse(await readFile(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
  const lists = [];
  const look = (node, where) => {
    if (node === null || typeof node !== 'object') return;
    if (node.allOf?.some((part) => part.$ref === '#/components/schemas/Page')) lists.push({ where, data: node.allOf.find((part) => part.properties?.data) });
    for (const [name, below] of Object.entries(node)) look(below, `${where}/${name}`);
  };
  look(document.paths, '');
  assert.ok(lists.length > 10);
  assert.deepEqual(lists.filter(({ data }) => !data?.required?.includes('data') || !data.properties.data.items).map(({ where }) => where), []);
});

// It was told of at the DELETE alone.  That the relay answers so: RemovedServices.GetNothingNewOnceTheirRemovalBegan.
test('every operation that gives a service something new says that it is refused to one that is being removed', async () => {
  const document = parse(await readFile(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
  const saying = [];
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      const answer = operation.responses?.['409'];
      const described = answer?.$ref ? document.components.responses[answer.$ref.split('/').at(-1)] : answer;
      if (described?.description.includes('`service.removing`')) saying.push(operation.operationId);
    }
  }
  assert.deepEqual(saying.sort(), SAY_REMOVING);
});

test('a page that shows what is not printed would be found', () => {
  assert.ok(isAsShown('id ses_…\n…\ndone', 'id ses_01k9\nany\nmore\ndone\n'));
  assert.ok(isAsShown('done\n…', 'done\n'));
  assert.ok(!isAsShown('id ses_…\ndone', 'id ses_01k9\nmore\ndone'));
  assert.ok(!isAsShown('done', 'done\nand more'));
  assert.ok(!isAsShown('a.c', 'abc'));
  assert.ok(isJsonAsShown({ id: 'ses_…', '…': '…' }, { id: 'ses_01', status: 'open' }));
  assert.ok(!isJsonAsShown({ id: 'ses_…' }, { id: 'ses_01', status: 'open' }));
  assert.ok(!isJsonAsShown({ id: 'ses_…', '…': '…' }, { status: 'open' }));
  assert.ok(isJsonAsShown(['a', '…'], ['a', 'b']) && !isJsonAsShown(['a'], ['a', 'b']));
});

test('a line for a shell without a language would be found, but not in the reference', () => {
  const page = '```\n$ one\n1\n```\n```\n\nbauta two\n```\n- item\n\n  ```\n  source three\n  ```\n```sh\nbauta four\n```\n```\na bauta five\n```\n'
    + '## Reference\n```\nbauta six\n```\n## After it\n```\nbauta seven\n```\n';
  assert.deepEqual(untaggedShellLines(page), [2, 7, 12, 26]);
});

test('a block is what its fence and the comment above it say', () => {
  const page = '```sh\none\n```\n<!-- prints -->\n```\n1\n```\n\n<!-- not run: because -->\n\n```bash\nthree\n```\n<!-- file: a.py -->\n```python\nfour\n```\n'
    + '```toml\nfive\n```\n```console\n$ six\n6\n$ seven\n```\n';
  assert.deepEqual(blocksOf(page).map(({ kind, text }) => `${kind} ${text}`),
    ['shell one', 'prints 1', 'skipped three', 'file four', 'shell six', 'prints 6', 'shell seven', 'prints ']);
});
