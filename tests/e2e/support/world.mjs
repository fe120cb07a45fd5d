import { after } from 'node:test';
import { Relay } from './relay.mjs';
import { TwilioStandIn } from './twilio_stand_in.mjs';

/** A relay that runs, its carrier, and numbers; all gone after the test file or the test `t`. */
export async function world({ numbers = [], settings, answer, t } = {}) {
  const carrier = await TwilioStandIn.start(answer);
  const relay = await Relay.make({ apiUrl: carrier.url, settings });
  const clean = async () => {
    await relay.remove();
    await carrier.stop();
  };
  if (t) t.after(clean); else after(clean);
  await relay.start();
  await relay.addNumbers(...numbers);
  return { relay, carrier };
}

/** Who texts which number in a session, by address. */
export function linesOf(session) {
  return Object.fromEntries(session.participants.map((participant) => [participant.address, participant.virtual_number]));
}
