import { after } from 'node:test';
import { Relay } from './relay.mjs';
import { TwilioStandIn } from './twilio_stand_in.mjs';

/**
 * A relay that runs, its carrier, and numbers; all gone after the test file or the test `t`.  `fallbacks`: {name: how it answers} of further
 * connections that all numbers may send by, each with a carrier of its own, which comes back under that name.
 */
export async function world({ numbers = [], settings, answer, fallbacks = {}, t } = {}) {
  const carrier = await TwilioStandIn.start(answer);
  const others = {};
  for (const [name, answerOfIt] of Object.entries(fallbacks)) others[name] = await TwilioStandIn.start(answerOfIt, name);
  const urls = Object.fromEntries(Object.entries(others).map(([name, other]) => [name, other.url]));
  const relay = await Relay.make({ apiUrl: carrier.url, fallbacks: urls, settings });
  const clean = async () => {
    try {
      await relay.remove();
    } finally {
      for (const one of [carrier, ...Object.values(others)]) await one.stop();
    }
  };
  if (t) t.after(clean); else after(clean);
  await relay.start();
  await relay.addNumbers(...numbers);
  return { relay, carrier, ...others };
}

/** Who texts which number in a session, by address. */
export function linesOf(session) {
  return Object.fromEntries(session.participants.map((participant) => [participant.address, participant.virtual_number]));
}
