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

/** Where an answer's example shows other values than the request's example asked for, {pointer: [asked, shown]}.  Masked addresses hold an ellipsis. */
function differences(asked, shown, at = '') {
  const both = [asked, shown];
  if (both.every((value) => Array.isArray(value) && value.length > 0 && typeof value[0] === 'object') && asked.length === shown.length)
    return asked.flatMap((value, i) => differences(value, shown[i], `${at}/${i}`));
  if (both.every((value) => value !== null && typeof value === 'object' && !Array.isArray(value)))
    return Object.keys(asked).filter((name) => name in shown).flatMap((name) => differences(asked[name], shown[name], `${at}/${name}`));
  if (JSON.stringify(asked) === JSON.stringify(shown) || (typeof shown === 'string' && shown.includes('…'))) return [];
  return [`${at}: ${JSON.stringify(asked)}, and ${JSON.stringify(shown)}`];
}

test('the example of an answer is one to the example of its request', () => {
  const firstOf = (media) => (media && ('example' in media ? media.example : Object.values(media.examples ?? {})[0]?.value));
  const found = operations.flatMap(({ operationId, requestBody, responses }) => {
    const asked = firstOf(requestBody?.content['application/json']);
    const done = Object.keys(responses).filter((status) => status.startsWith('2')).sort()[0];
    const shown = firstOf(responses[done].content?.['application/json']);
    return asked && shown ? differences(asked, shown).map((difference) => `${operationId}${difference}`) : [];
  });
  assert.deepEqual(found, []);
});

test('a difference between examples would be found', () => {
  assert.deepEqual(differences({ a: [{ b: 1, c: 2 }], d: '+12025550142', e: [1] }, { a: [{ b: 1, c: 3 }], d: '+1202…42', e: [2] }),
    ['/a/0/c: 2, and 3', '/e: [1], and [2]']);
});
