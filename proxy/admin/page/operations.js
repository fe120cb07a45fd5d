// Asks the admin listener for its figures every two seconds, and shows them.  All text goes in as text, never as markup.
import { RATES, bytes, count, duration, points, rate, remember } from './figures.js';

const EVERY = 2000;
const PATIENCE = 5000;
const KEY = 'bauta-admin-key';
const at = (id) => document.getElementById(id);

let before = null;
let history = {};
let timer = 0;

function element(name, text, of = {}) {
  const one = document.createElement(name);
  if (text !== undefined) one.textContent = text;
  for (const [attribute, value] of Object.entries(of)) one.setAttribute(attribute, value);
  return one;
}

function sparkline(rates) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  svg.setAttribute('viewBox', '0 0 100 30');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('points', points(rates));
  svg.append(line);
  return svg;
}

function figure(title, value, small, id) {
  const box = element('dl', undefined, { class: 'figure', ...(id ? { id } : {}) });
  box.append(element('dt', title), element('dd', value));
  if (small) box.append(element('dd', small, { class: 'small' }));
  return box;
}

function table(id, columns, rows, none) {
  const head = element('tr');
  for (const column of columns) head.append(element('th', column, { scope: 'col' }));
  const body = rows.map((cells) => {
    const row = element('tr');
    for (const cell of cells) row.append(element('td', cell));
    return row;
  });
  if (rows.length === 0) {
    const row = element('tr');
    row.append(element('td', none, { colspan: columns.length }));
    body.push(row);
  }
  at(id).replaceChildren(head, ...body);
}

function showState(words, kind) {
  at('state').textContent = words;
  at('state').className = `state ${kind}`;
}

function troubleOf(connection, now) {
  if (!connection.last_trouble) return 'none';
  return `${connection.last_trouble.outcome}, ${duration((now - Date.parse(connection.last_trouble.at)) / 1000)} ago`;
}

function clockOf(clock) {
  if (!clock) return ['–', ''];
  if (clock.state === 'trusted') return ['trusted', clock.now];
  return ['doubted', `the machine's is ${clock.offset_seconds} s ahead: bauta clock confirm`];
}

function showFigures(look) {
  const now = Date.parse(look.now);
  showState(look.ready ? 'ready' : 'not ready', look.ready ? 'good' : 'bad');
  at('about').textContent = `${look.version} (${look.revision}), up for ${duration((now - Date.parse(look.started_at)) / 1000)}`;
  at('reasons').replaceChildren(
    ...look.reasons.map(({ check, reason }) => element('li', `${check}: ${reason}`, { class: 'failing' })),
    ...look.warnings.map(({ check, reason }) => element('li', `${check}: ${reason}`, { class: 'warning' })));
  const totals = { ...look.texts, commits: look.store.commits };
  at('rates').replaceChildren(...RATES.map(({ id, title }) => {
    const box = figure(`${title} a second`, rate(history[id].at(-1) ?? 0), `${count(totals[id])} since the start`, `rate-${id}`);
    box.append(sparkline(history[id]));
    return box;
  }));
  table('connections', ['name', 'taken in', 'sent', 'delivered', 'waiting', 'oldest', 'last trouble'], look.connections.map((one) => [
    one.name, count(one.accepted), count(one.sent), count(one.delivered), count(one.waiting),
    one.waiting > 0 ? duration(one.oldest_seconds) : '–', troubleOf(one, now)]), 'no connection is configured');
  const { waiting, webhooks, sessions, store } = look;
  at('cards').replaceChildren(
    figure('texts waiting', count(waiting.texts), waiting.texts > 0 ? `the oldest for ${duration(waiting.oldest_seconds)}` : '', 'waiting'),
    figure('sessions open', count(sessions.open + sessions.in_progress), `${count(sessions.in_progress)} in conversation`, 'sessions'),
    figure('webhooks down', count(webhooks.down),
      `${count(webhooks.active)} active, ${count(webhooks.disabled)} disabled; the oldest event waits for ${duration(webhooks.oldest_seconds)}`, 'webhooks'),
    figure('clock', ...clockOf(look.clock), 'clock'),
    figure('store', bytes(store.bytes), `${bytes(store.free_bytes)} free, ${bytes(store.reserve_bytes)} kept; ${count(store.commits_waiting)} commits wait`, 'store'),
    figure('memory', bytes(look.process.resident_bytes), `${count(look.process.open_files)} of ${count(look.process.open_files_max)} files`, 'memory'));
  for (const [id, list] of [['dead-letters', look.dead_letters], ['pool-refusals', look.pool_refusals]])
    table(id, ['code', id === 'dead-letters' ? 'texts' : 'times'], list.map((one) => [one.code, count(one.count)]), 'none');
  at('ask').hidden = true;
  at('figures').hidden = false;
}

function askForKey() {
  const wasGiven = sessionStorage.getItem(KEY) !== null;
  sessionStorage.removeItem(KEY);
  showState(wasGiven ? 'that is not the key' : 'a key is needed', 'bad');
  at('figures').hidden = true;
  at('ask').hidden = false;
  at('key').focus();
}

/** True: there is something to ask for again. */
async function look() {
  const key = sessionStorage.getItem(KEY);
  let answer;
  try {
    answer = await fetch('/operations', {
      cache: 'no-store',
      headers: key === null ? {} : { Authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 401) {
      askForKey();
      return false;
    }
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const found = await answer.json();
    history = remember(history, before, found);
    before = found;
    showFigures(found);
  } catch (error) {
    // What was seen last stays, and says that it is old.
    showState(answer ? `no figures: ${error.message}` : 'no answer', 'bad');
  }
  return true;
}

async function watch() {
  clearTimeout(timer);
  if (await look()) timer = setTimeout(watch, EVERY);
}

at('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, at('key').value);
  at('key').value = '';
  watch();
});
watch();
