import { BENCH, Carrier, Server, THREADS, load, median } from './programs.mjs';
import { World, taken } from './worlds.mjs';

const NEVER = 3_600_000;

/** Accepted texts a second in one round of load. */
async function accept(relay, texts, seconds) {
  const before = await taken(relay);
  const { seconds: took, not_2xx: refused } = await load(relay.address, texts, seconds);
  if (refused > 0) throw new Error(`${refused} texts were not accepted`);
  return (await taken(relay) - before) / took;
}

/**
 * Texts accepted by the webhook, durable, against a bare Beast server that gets the same requests.  The carrier takes the first few hundred
 * texts and never answers, so that all the rest is kept and nothing is sent: what is measured is accepting.
 */
export async function accepting({ rounds, seconds, texts }) {
  const world = await World.of(10_000, texts);
  const carrier = await Carrier.start(world.texts);
  await carrier.answerAfter(NEVER);
  const bare = await Server.start(BENCH, 'answer', '--threads', THREADS);
  const relay = await world.relay(carrier);
  const texts_for = { relay: world.newTexts(), bare: world.newTexts() };
  const rates = { relay: [], bare: [] };
  try {
    for (let round = 0; round <= rounds; ++round) {  // the first one warms up
      rates.bare.push((({ requests, seconds: took }) => requests / took)(await load(bare.address, texts_for.bare, seconds)));
      rates.relay.push(await accept(relay, texts_for.relay, seconds));
    }
  } finally {
    await relay.remove();
    await bare.stop();
    await carrier.stop();
  }
  const ratios = rates.relay.map((rate, round) => rate / rates.bare[round]).slice(1);
  return [{
    what: 'texts accepted a second (webhook, durable)', ours: median(rates.relay.slice(1)), reference: median(rates.bare.slice(1)),
    against: 'a bare Beast server', ratio: median(ratios), ratios, target: 0.45,
  }];
}

/** The same with a million open sessions against ten thousand. */
export async function sessions({ rounds, seconds, texts, many }) {
  const worlds = [await World.of(10_000, texts), await World.of(many, texts)];
  const carrier = await Carrier.start(Math.max(...worlds.map((world) => world.texts)));
  await carrier.answerAfter(NEVER);
  const relays = [];
  const rates = worlds.map(() => []);
  try {
    for (const world of worlds) relays.push(await world.relay(carrier));
    const sent = worlds.map((world) => world.newTexts());
    for (let round = 0; round <= rounds; ++round) {
      for (let n = 0; n < worlds.length; ++n) rates[n].push(await accept(relays[n], sent[n], seconds));
    }
  } finally {
    for (const relay of relays) await relay.remove();
    await carrier.stop();
  }
  const [few, lots] = rates.map((all) => all.slice(1));
  const ratios = lots.map((rate, round) => rate / few[round]);
  return [{
    what: `texts accepted a second with ${many.toLocaleString('en')} open sessions`, ours: median(lots), reference: median(few),
    against: 'with 10,000', ratio: median(ratios), ratios, target: 0.8,
  }];
}
