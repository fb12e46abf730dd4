// The list of runs, the newest first, a page at a time.

import { h } from './dom.js';
import { clock, count, duration, nameOf, shortId } from './format.js';
import { empty, icon, state, table } from './parts.js';

const SIZE = 50;
const FILTERS = [
  ['', 'All'],
  ['RUN_STARTED', 'Running'],
  ['RUN_SUCCESS', 'Success'],
  ['RUN_FAILED', 'Failed'],
  ['RUN_CANCELED', 'Canceled'],
];

export const title = () => 'Runs';

/**
 * @param {any} route
 * @param {any} page
 */
export function load(route, page) {
  const query = new URLSearchParams({ count: String(SIZE) });
  for (const name of ['state', 'text', 'before']) if (route.query.get(name)) query.set(name, route.query.get(name));
  return page.call(`/ui/api/runs?${query}`);
}

/**
 * @param {any} data
 * @param {any} page
 */
export function view(data, page) {
  const { query } = page.route;
  const isFiltered = query.get('state') || query.get('text');
  return [
    h('div.heading', null, h('h1', { tabindex: -1 }, 'Runs'), search(page)),
    filters(page),
    data.runs.length ? listed(data.runs, page) : nothing(isFiltered),
    pager(data, page),
  ];
}

function nothing(isFiltered) {
  if (isFiltered) return empty('No run fits.', h('p', null, h('a', { href: '#/runs' }, 'Show all')));
  return empty(
    'No runs yet.',
    h(
      'p',
      null,
      'Start the application with ',
      h('code', null, `QSTASH_URL=${location.origin}`),
      ' and trigger a workflow: it appears here by itself.',
    ),
  );
}

function address(page, changes) {
  const query = new URLSearchParams(page.route.query);
  query.delete('before');
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  return `#/runs${query.size ? `?${query}` : ''}`;
}

let typing = 0;
function search(page) {
  const input = (event) => {
    clearTimeout(typing);
    const text = event.target.value;
    typing = setTimeout(
      () =>
        history.replaceState(null, '', address(page, { text })) ??
        window.dispatchEvent(new HashChangeEvent('hashchange')),
      200,
    );
  };
  return h(
    'label.search',
    null,
    h('span.hidden', null, 'Search by workflow, run id or label'),
    h('input', {
      type: 'search',
      placeholder: 'Workflow, run id, label',
      value: page.route.query.get('text') ?? '',
      on: { input },
    }),
  );
}

function filters(page) {
  const states = page.summary?.states ?? {};
  const all = Object.values(states).reduce((sum, number) => sum + number, 0);
  const chosen = page.route.query.get('state') ?? '';
  return h(
    'nav.filters',
    { 'aria-label': 'States' },
    FILTERS.map(([name, word]) =>
      h(
        'a',
        { key: name, href: address(page, { state: name }), 'aria-current': chosen === name ? 'true' : null },
        name && icon(name),
        word,
        h('span.number', null, (name ? (states[name] ?? 0) : all).toLocaleString('en')),
      ),
    ),
  );
}

function listed(rows, page) {
  return table(
    'runs',
    [
      ['.c-state', 'State'],
      ['', 'Workflow'],
      ['.c-id', 'Run'],
      ['.c-time.num', 'Started'],
      ['.c-took.num', 'Took'],
      ['.c-steps.num', 'Steps'],
      ['.c-tries.num', 'Failures', 'deliveries that were not answered with success'],
      ['.c-starts.num', 'Started runs', 'runs that it has started, as far as is known'],
    ],
    rows.map((run) => row(run, page)),
  );
}

function row(run, page) {
  const target = `#/run/${encodeURIComponent(run.id)}`;
  const open = (event) => {
    if (!event.target.closest('a') && !getSelection()?.toString()) page.go(target);
  };
  return h(
    'tr',
    { key: run.id, on: { click: open } },
    h('td.c-state', null, state(run.state)),
    h(
      'td.c-name',
      null,
      h('a', { href: target, title: run.url }, nameOf(run.path)),
      run.labels.map((label) => h('span.label', { key: label }, label)),
      h('span.hint', null, run.hint),
    ),
    h('td.c-id.mono', { title: run.id }, shortId(run.id)),
    h('td.c-time.num', null, clock(run.created, page.now())),
    h('td.c-took.num', null, duration((run.completed ?? page.now()) - run.created)),
    h('td.c-steps.num', null, String(run.steps)),
    h('td.c-tries.num', { class: run.failures ? 'warn' : 'zero' }, String(run.failures)),
    h('td.c-starts.num', { class: run.children ? null : 'zero' }, String(run.children)),
  );
}

function pager(data, page) {
  const { query } = page.route;
  const older =
    data.older != null && address(page, {}) + (address(page, {}).includes('?') ? '&' : '?') + `before=${data.older}`;
  if (!older && !query.get('before')) return h('p.pager', null, h('span.muted', null, count(data.runs.length, 'run')));
  return h(
    'nav.pager',
    { 'aria-label': 'Pages' },
    h(
      'a',
      {
        href: address(page, {}),
        class: query.get('before') ? null : 'disabled',
        'aria-disabled': query.get('before') ? null : 'true',
      },
      'Newest',
    ),
    h('a', { href: older || null, class: older ? null : 'disabled', 'aria-disabled': older ? null : 'true' }, 'Older'),
    h('span.muted', null, `${data.runs.length} of ${count(data.total, 'run')}`),
  );
}
