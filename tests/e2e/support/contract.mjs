// What docs/openapi.yaml promises, held against every answer that the tests see.
import { appendFileSync, readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const document = parse(readFileSync(new URL('../../../docs/openapi.yaml', import.meta.url), 'utf8'));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The names of schemas that are a part of others (allOf), wherever that stands. */
function composed(node, names = new Set()) {
  if (node === null || typeof node !== 'object') return names;
  for (const part of Array.isArray(node.allOf) ? node.allOf : []) {
    if (part.$ref) names.add(part.$ref.split('/').at(-1));
  }
  for (const below of Object.values(node)) composed(below, names);
  return names;
}

/** A field that the description does not name is a mistake in one of the two, though clients ignore it. */
function closeSchemas() {
  const parts = composed(document);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (schema.properties && !('additionalProperties' in schema) && !parts.has(name)) schema.unevaluatedProperties = false;
  }
}
closeSchemas();
// What a limit or a want adds to a problem is said of its code in errors.md.
document.components.schemas.Problem.unevaluatedProperties = true;

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
addFormats(ajv);
ajv.addSchema({ $id: 'openapi', ...document });

const pointerPart = (text) => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Every operation: its path as a pattern, the literal ones first. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({
  id: item[method].operationId,
  method: method.toUpperCase(),
  path,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  parameters: (path.match(/\{/g) ?? []).length,
  responses: item[method].responses,
  pointer: `/paths/${pointerPart(path)}/${method}/responses`,
}))).sort((a, b) => a.parameters - b.parameters);

const DESCRIBED = /^\/(api|errors|docs|openapi\.yaml)(\/|$)/;
/** HTTP's own refusals, a full or stopping server and a service that the key does not reach meet every request: the description says so once, under "Any call". */
const ANYWHERE = /^(http\.|overloaded$|internal$|storage\.|service\.not_found$)/;

const compiled = new Map();
function validator(reference) {
  if (!compiled.has(reference)) compiled.set(reference, ajv.compile({ $ref: reference }));
  return compiled.get(reference);
}

function assertFits(what, reference, value) {
  const validate = validator(reference);
  if (validate(value)) return;
  const faults = validate.errors.map((fault) => `${fault.instancePath || '/'} ${fault.message} ${JSON.stringify(fault.params)}`);
  throw new Error(`${what} is not as docs/openapi.yaml has it:\n  ${faults.join('\n  ')}\n  ${JSON.stringify(value)}`);
}

/** A response of the description, and where it stands in it. */
function described(operation, status) {
  const response = operation.responses[String(status)];
  if (!response) return undefined;
  if (!response.$ref) return { response, pointer: `openapi#${operation.pointer}/${status}` };
  const name = response.$ref.split('/').at(-1);
  return { response: document.components.responses[name], pointer: `openapi#/components/responses/${name}` };
}

/** Throws if `event` is none that the description lets a webhook bring. */
export function checkWebhook(event) {
  assertFits(`the webhook of ${event.type}`, 'openapi#/webhooks/event/post/requestBody/content/application~1json/schema', event);
}

/** Throws if `answer` is none that the description knows.  `target`: path and query. */
export function check(method, target, answer) {
  const path = target.split('?')[0];
  // The admin listener and the demo have pages at their roots; the API's leads to its description.
  const isRoot = path === '/' && answer.status === 302;
  if (!isRoot && !DESCRIBED.test(path)) return;
  const what = `${answer.status} to ${method} ${path.replace(/\+\d+/g, '+…')}`;
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  const operation = operations.find((one) => one.method === (method === 'HEAD' ? 'GET' : method) && one.pattern.test(path));
  if (type === 'application/problem+json' && method !== 'HEAD') {
    const problem = JSON.parse(answer.text);
    assertFits(what, 'openapi#/components/schemas/Problem', problem);
    if (problem.status !== answer.status) throw new Error(`${what}: the document says ${problem.status}`);
    if (ANYWHERE.test(problem.code)) return;
  }
  if (!operation) throw new Error(`${what}: docs/openapi.yaml has no such operation`);
  if (process.env.BAUTA_OPERATIONS) appendFileSync(process.env.BAUTA_OPERATIONS, `${operation.id}\n`);
  const found = described(operation, answer.status);
  if (!found) throw new Error(`${what}: docs/openapi.yaml has no such answer`);
  if (method === 'HEAD') return;
  const content = found.response.content;
  if (!content) {
    if (answer.text) throw new Error(`${what}: docs/openapi.yaml says that there is no body`);
    return;
  }
  if (!content[type]) throw new Error(`${what}: docs/openapi.yaml has no answer of the type ${type}`);
  if (!type.endsWith('json')) return;
  assertFits(what, `${found.pointer}/content/${pointerPart(type)}/schema`, JSON.parse(answer.text));
}
