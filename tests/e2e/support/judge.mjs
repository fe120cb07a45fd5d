/**
 * What of the promises was broken, a line each; none: [].
 * `taken`: the texts that were answered with success, {body, sender, number, expected: [{to, from}]}; each body is there once.
 * `posts`: what the carrier was asked, in its order; those that it accepted have a `sid`.
 * `announced`: "body to" -> how often the outcome of a send was said to be unknown.  `dead`, `failed`: "body to" of the dead letters, and
 * of those with an event.
 */
export function judge({ taken, posts, announced = new Map(), dead = new Set(), failed = new Set() }) {
  const problems = [];
  const known = new Map(taken.map((one) => [one.body, one]));
  for (const post of posts) {
    const one = known.get(post.Body);
    if (!one?.expected.some((copy) => copy.to === post.To && copy.from === post.From)) problems.push(`misrouted: ${JSON.stringify(post)}`);
  }
  const accepted = posts.filter((post) => post.sid);
  const copies = new Map();
  for (const post of accepted) copies.set(`${post.Body} ${post.To}`, (copies.get(`${post.Body} ${post.To}`) ?? 0) + 1);
  let doubles = 0;
  for (const one of taken) {
    for (const { to } of one.expected) {
      const name = `${one.body} ${to}`;
      const count = copies.get(name) ?? 0;
      if (count === 0 && !(dead.has(name) && failed.has(name))) problems.push(`lost: ${name}`);
      if (count - 1 > (announced.get(name) ?? 0)) problems.push(`${count} times, and announced ${announced.get(name) ?? 0}: ${name}`);
      doubles += Math.max(0, count - 1);
    }
  }
  const last = new Map();  // sender and recipient -> the highest number that arrived
  for (const post of accepted) {
    const one = known.get(post.Body);
    if (!one) continue;
    const lane = `${one.sender} ${post.To}`;
    if (one.number < (last.get(lane) ?? 0)) problems.push(`out of order: ${post.Body} after ${one.sender}#${last.get(lane)}`);
    last.set(lane, Math.max(one.number, last.get(lane) ?? 0));
  }
  return { problems, doubles };
}
