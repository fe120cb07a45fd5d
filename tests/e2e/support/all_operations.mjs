// After a run of all end-to-end tests with BAUTA_OPERATIONS=FILE: was every operation of docs/openapi.yaml called at least once?
import { readFileSync } from 'node:fs';
import { operations } from './contract.mjs';

const called = new Set(readFileSync(process.argv[2], 'utf8').split('\n'));
const missing = operations.filter((operation) => !called.has(operation.id));
for (const { id, method, path } of missing) console.error(`no test calls ${id}: ${method} ${path}`);
console.log(`${operations.length - missing.length} of ${operations.length} operations were called`);
process.exitCode = missing.length > 0 ? 1 : 0;
