// What the figures of /operations come to.  Touches no page, so that it can be tried without one.

/** Points of a sparkline; at one look every two seconds, two minutes. */
export const LOOKS_MAX = 60;

/** Of which totals there is a rate: what it is called, and where it stands. */
export const RATES = [
  { id: 'accepted', title: 'texts taken in', of: (look) => look.texts.accepted },
  { id: 'sent', title: 'sent', of: (look) => look.texts.sent },
  { id: 'delivered', title: 'delivered', of: (look) => look.texts.delivered },
  { id: 'failed', title: 'failed', of: (look) => look.texts.failed },
  { id: 'commits', title: 'commits', of: (look) => look.store.commits },
];

/** What one total grew by in a second between two looks.  A relay that was started anew begins at 0 again. */
export function rateBetween(before, after, of) {
  const seconds = (Date.parse(after.now) - Date.parse(before.now)) / 1000;
  if (!(seconds > 0)) return 0;
  const from = before.started_at === after.started_at ? of(before) : 0;
  return Math.max(0, of(after) - from) / seconds;
}

/** Adds a look to the history {id: [rate, …]}; the newest last. */
export function remember(history, before, after) {
  for (const { id, of } of RATES) {
    const rates = history[id] ?? [];
    if (before) rates.push(rateBetween(before, after, of));
    history[id] = rates.slice(-LOOKS_MAX);
  }
  return history;
}

/** The points of a polyline in a box of 100 by 30, the newest at its right edge. */
export function points(rates) {
  const top = Math.max(...rates, 1);
  const step = 100 / (LOOKS_MAX - 1);
  return rates.map((rate, at) => `${(100 - (rates.length - 1 - at) * step).toFixed(1)},${(29 - (rate / top) * 28).toFixed(1)}`).join(' ');
}

export function rate(value) { return value >= 100 ? value.toFixed(0) : value.toFixed(1); }

export function count(value) { return value.toLocaleString('en'); }

export function bytes(value) {
  if (value === null) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  for (; value >= 1024 && at < units.length - 1; ++at) value /= 1024;
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}

/** "3 d 4 h": the two largest units. */
export function duration(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const parts = [[Math.floor(left / 86400), 'd'], [Math.floor(left / 3600) % 24, 'h'], [Math.floor(left / 60) % 60, 'min'], [left % 60, 's']];
  const first = parts.findIndex(([number]) => number > 0);
  if (first === -1) return '0 s';
  return parts.slice(first, first + 2).filter(([number]) => number > 0).map((part) => part.join(' ')).join(' ');
}
