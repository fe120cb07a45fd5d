import { bauta } from './relay.mjs';

/** The store of a relay that does not run agrees with itself; what `bauta store verify` said. */
export async function verified(relay) {
  const said = await bauta('store', 'verify', '--config', relay.config, '--json');
  if (said.code !== 0) throw new Error(`bauta store verify: ${said.code}: ${said.stderr}${said.stdout}`);
  relay.crashed = false;
  return JSON.parse(said.stdout);
}
