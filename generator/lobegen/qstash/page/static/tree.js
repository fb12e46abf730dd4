// The fan-out of a run's root: which run started which, as far as is known, and how it is known.

import { h } from './dom.js';
import { clock, count, duration, nameOf } from './format.js';
import { empty, icon, runLink, stroke, table } from './parts.js';

const SIZE = 50;
/** Trees of so many runs are open from the start. */
const SMALL = 60;
const EVIDENCE = {
  invoked: ['invoked', 'context.invoke names its parent'],
  named: ['', ''],
  'in-delivery': ['by time', 'of the runs with this root, only the parent was in delivery when this one was published'],
  root: ['root only', 'the payload names the root; which run in between started this one is not known'],
};
const ORDER = ['RUN_FAILED', 'RUN_STARTED', 'RUN_CANCELED', 'RUN_SUCCESS'];

/** What is open, and how many children are shown, by run. */
const shown = new Map();

/**
 * The tree down to what is open.
 * @param {string} path
 * @param {any} page
 */
export async function load(path, page) {
  const tree = await page.call(`${path}/tree`);
  const all = tree.layers.reduce(
    (sum, { states }) => sum + Object.values(states).reduce((one, other) => one + other, 0),
    0,
  );
  const isSmall = all <= SMALL;
  for (const id of tree.way) if (!shown.has(id)) shown.set(id, SIZE);
  return { ...tree, branch: await branch(tree.root, isSmall, page) };
}

async function branch(run, isSmall, page) {
  if (run.children && isSmall && !shown.has(run.id)) shown.set(run.id, SIZE);
  const size = run.children ? (shown.get(run.id) ?? 0) : 0;
  if (!size) return { run, children: [] };
  const { runs } = await children(run.id, size, page);
  return { run, children: await Promise.all(runs.map((each) => branch(each, isSmall, page))) };
}

/** The first children, by as many requests as it takes. */
async function children(id, size, page) {
  const runs = [];
  while (runs.length < size) {
    const wanted = Math.min(200, size - runs.length);
    const answer = await page.call(
      `/ui/api/runs/${encodeURIComponent(id)}/children?start=${runs.length}&count=${wanted}`,
    );
    runs.push(...answer.runs);
    if (answer.runs.length < wanted) break;
  }
  return { runs };
}

/**
 * @param {any} run
 * @param {any} data
 * @param {any} page
 */
export function view(run, data, page) {
  if (!data?.branch) return empty('Loading …');
  return [
    layers(data.layers),
    h('ul.tree', { 'aria-label': 'Runs and the runs that they have started' }, node(data.branch, run.id, page, 0)),
    h(
      'p.muted.note',
      null,
      'QStash is told who invoked a run, not who triggered it. A run stands under another one when a result of that run’s steps holds its id; where something weaker is all that is known, a mark says what.',
    ),
  ];
}

function layers(list) {
  return table(
    'layers',
    [
      ['', 'Endpoint'],
      ['.num', 'Runs'],
      ['', 'States'],
    ],
    list.map(({ url, path, states }) => {
      const all = Object.values(states).reduce((sum, number) => sum + number, 0);
      return h(
        'tr',
        { key: url },
        h('td', { title: url }, nameOf(path)),
        h('td.num', null, all.toLocaleString('en')),
        h('td', null, h('div.shares', null, shares(states, all))),
      );
    }),
  );
}

function shares(states, all) {
  const present = ORDER.filter((name) => states[name]);
  return [
    h(
      'span.stack',
      { 'aria-hidden': 'true' },
      present.map((name) => h('span', { key: name, class: name, style: { '--share': states[name] / all } })),
    ),
    present.map((name) =>
      h(
        'span.share',
        { key: name },
        icon(name),
        `${states[name].toLocaleString('en')} ${name.slice(4).toLowerCase().replace('started', 'running')}`,
      ),
    ),
  ];
}

function node({ run, children: below }, current, page, depth) {
  const isOpen = (shown.get(run.id) ?? 0) > 0 && run.children > 0;
  const toggle = () => {
    shown.set(run.id, isOpen ? 0 : SIZE);
    page.show();
    page.load();
  };
  const more = () => {
    shown.set(run.id, (shown.get(run.id) ?? 0) + 200);
    page.load();
  };
  const left = run.children - below.length;
  return h(
    'li',
    { key: run.id, class: depth > 12 ? 'deep' : null },
    h(
      'div.node',
      { class: run.id === current ? 'current' : null },
      disclosure(run, isOpen, toggle),
      icon(run.state),
      h('span.hidden', null, run.state.slice(4).toLowerCase()),
      runLink(run.id, run.path),
      h('span.hint', null, run.hint),
      mark(run),
      h('span.num.took', null, duration((run.completed ?? page.now()) - run.created)),
      h('span.num.time', null, clock(run.created, page.now())),
    ),
    isOpen &&
      below.length > 0 &&
      h(
        'ul',
        null,
        below.map((each) => node(each, current, page, depth + 1)),
        left > 0 &&
          h(
            'li',
            { key: 'more' },
            h(
              'button',
              { type: 'button', on: { click: more } },
              `Show ${Math.min(200, left)} of ${left.toLocaleString('en')} more`,
            ),
          ),
      ),
  );
}

function disclosure(run, isOpen, toggle) {
  if (!run.children) return h('span.twist', { 'aria-hidden': 'true' });
  const label = `${count(run.children, 'run')} started by ${nameOf(run.path)} ${run.hint}`;
  return h(
    'button.twist',
    { type: 'button', 'aria-expanded': String(isOpen), 'aria-label': label, on: { click: toggle } },
    h('svg', { viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true' }, stroke('M6 4l4 4-4 4')),
    h('span', null, run.children.toLocaleString('en')),
  );
}

function mark(run) {
  const [word, why] = EVIDENCE[run.evidence] ?? ['', ''];
  return word && h('span.mark', { title: why }, word);
}
