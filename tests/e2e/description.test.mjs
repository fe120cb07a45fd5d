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

test('every operation says that faulty fields and unknown parameters are refused', () => {
  assert.ok(operations.length > 40);
  assert.deepEqual(without(operations, ({ responses }) => responses['422']), []);
});
