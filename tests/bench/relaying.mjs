import { performance } from 'node:perf_hooks';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../e2e/support/until.mjs';
import { Carrier, Server, load, median } from './programs.mjs';
import { World, taken } from './worlds.mjs';

const NODE_RELAY = join(dirname(fileURLToPath(import.meta.url)), 'node_relay.mjs');

/** Texts a second that went the whole way, from the first request until the last one is at the carrier and nothing is left to do. */
async function throughput(address, carrier, texts, seconds, atRest) {
  const before = (await carrier.arrived()).arrived;
  const began = performance.now();
  await load(address, texts, seconds);
  await atRest();
  const took = (performance.now() - began) / 1e3;
  return ((await carrier.arrived()).arrived - before) / took;
}

/** The whole relay, each step durable, against a relay in memory in Node; the same load, the same carrier. */
export async function relaying({ rounds, seconds, texts }) {
  const world = await World.of(10_000, texts);
  const carrier = await Carrier.start(world.texts);
  const relay = await world.relay(carrier);
  const node = await Server.start(process.execPath, NODE_RELAY, world.lines, carrier.address);
  const texts_for = { relay: world.newTexts(), node: world.newTexts() };
  const rates = { relay: [], node: [] };
  const relayAtRest = () => until('every text to be sent and settled',
    async () => await relay.metric('bauta_lane_texts') === 0 &&
      await relay.metric('bauta_texts_total', { direction: 'outbound', outcome: 'accepted' }) >= await taken(relay),
    { seconds: 120, every: 50 });
  try {
    for (let round = 0; round <= rounds; ++round) {  // the first one warms up
      rates.node.push(await throughput(node.address, carrier, texts_for.node, seconds, () => {}));
      rates.relay.push(await throughput(relay.address, carrier, texts_for.relay, seconds, relayAtRest));
    }
  } finally {
    await relay.remove();
    await node.stop();
    await carrier.stop();
  }
  const ratios = rates.relay.map((rate, round) => rate / rates.node[round]).slice(1);
  return [{
    what: 'texts relayed a second (webhook to carrier, every step durable)', ours: median(rates.relay.slice(1)),
    reference: median(rates.node.slice(1)), against: 'a relay in memory in Node', ratio: median(ratios), ratios, target: 0.8,
  }];
}
