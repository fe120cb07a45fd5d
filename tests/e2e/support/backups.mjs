// What tests of backups and of the journal ask a relay.
import assert from 'node:assert/strict';
import { request } from './http.mjs';
import { bauta } from './relay.mjs';

export const ready = async (relay) => (await request('GET', relay.admin, '/readyz')).text;
export const backup = async (relay) => (await request('GET', relay.admin, '/backup')).json;

/** `bauta backup ARGS`, which must be done. */
export async function said(...args) {
  const answer = await bauta('backup', ...args);
  assert.equal(answer.code, 0, answer.stderr);
  return answer;
}
