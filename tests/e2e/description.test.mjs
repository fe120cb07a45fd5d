// What holds for every operation of docs/openapi.yaml, whichever it is.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';

const document = parse(await readFile(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
const operations = Object.entries(document.paths)
  .filter(([path]) => path.startsWith('/api/'))
  .flatMap(([, item]) => Object.entries(item).filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map(([method, operation]) => ({ ...operation, method, parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])] })));
const without = (of, has) => of.filter((operation) => !has(operation)).map((operation) => operation.operationId);

/** POSTs that change nothing, and keep no mark. */
const QUESTIONS = new Set(['searchSessions', 'planPool', 'exportPerson', 'lookUpConsents', 'explainText', 'readHandset']);
const posts = operations.filter(({ method }) => method === 'post');

test('every POST that does something says what its Idempotency-Key may meet', () => {
  const effects = posts.filter(({ operationId }) => !QUESTIONS.has(operationId));
  assert.equal(posts.length - effects.length, QUESTIONS.size);
  assert.deepEqual(without(effects, ({ responses }) => responses['409'] && responses['422']), []);
});

test('every POST takes an Idempotency-Key', () => {
  assert.deepEqual(without(posts, ({ parameters }) => parameters.some(({ $ref }) => $ref === '#/components/parameters/IdempotencyKey')), []);
});

test('every operation that takes a body says that it may be too large', () => {
  assert.deepEqual(without(operations.filter(({ requestBody }) => requestBody), ({ responses }) => responses['413']), []);
});

test('what may meet any call is said once', () => {
  const [, any] = document.info.description.split('## Any call');
  for (const code of ['http.not_found', 'http.method_not_allowed', 'service.not_found', 'http.malformed', 'http.body_too_large',
    'http.expectation_failed', 'http.headers_too_large', 'internal', 'overloaded']) assert.ok(any.includes(`\`${code}\``), code);
});

test('every operation says that faulty fields and unknown parameters are refused', () => {
  assert.ok(operations.length > 40);
  assert.deepEqual(without(operations, ({ responses }) => responses['422']), []);
});
