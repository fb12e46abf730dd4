// One run: what it is, its steps, the tree it belongs to, its deliveries.

import { h } from './dom.js';
import { clock, count, duration, nameOf } from './format.js';
import { button, facts, runLink, state } from './parts.js';
import * as deliveries from './deliveries.js';
import * as graph from './graph.js';
import * as tree from './tree.js';

const PARTS = { '': graph, tree, deliveries };
const WORDS = [
  ['', 'Steps'],
  ['tree', 'Fan-out'],
  ['deliveries', 'Deliveries'],
];

/** How the run that started this one is known. */
const EVIDENCE = {
  invoked: () => 'invoked by it',
  named: (run) => `named in the result of its step “${run.origin?.step || run.step}”`,
  'in-delivery': () => 'of the runs with this root, only it was in delivery when this one was published',
  root: () => 'the payload names it as the root; which run in between started this one is not known',
};

export const title = (route, data) => (data ? nameOf(data.run.path) : 'Run');

/**
 * @param {any} route
 * @param {any} page
 */
export async function load(route, page) {
  const [id, part = ''] = route.parts;
  const path = `/ui/api/runs/${encodeURIComponent(id)}`;
  const shown = PARTS[part] ?? graph;
  const [run, rest] = await Promise.all([page.call(path), shown.load(path, page)]);
  return { run, rest };
}

/**
 * @param {any} data
 * @param {any} page
 */
export function view({ run, rest }, page) {
  const part = page.route.parts[1] ?? '';
  return [
    h(
      'div.heading',
      { key: 'heading' },
      h('div', null, h('h1', { tabindex: -1 }, nameOf(run.path), state(run.state)), h('p.muted.path', null, run.url)),
      actions(run, page),
    ),
    facts([
      ['Run', h('span.mono.wrap', null, run.id)],
      ['Started', `${clock(run.created, page.now())}`],
      ['Took', h('span.num', null, duration((run.completed ?? page.now()) - run.created))],
      [
        'Deliveries',
        count(run.deliveries, 'delivery', 'deliveries') + (run.failures ? `, ${run.failures} failed` : ''),
      ],
      ['Flow control', run.flowKey && h('span', null, h('span.mono', null, run.flowKey), ` ${run.flowValue}`)],
      ['Labels', run.labels.join(', ')],
      ['Goes on as', run.resumedAs && runLink(run.resumedAs)],
      ['Started by', origin(run)],
    ]),
    tabs(run, part),
    h('section', { key: part || 'steps' }, (PARTS[part] ?? graph).view(run, rest, page)),
  ];
}

function origin(run) {
  if (run.parent) return h('span', null, runLink(run.parent), h('span.muted', null, ` ${EVIDENCE[run.evidence](run)}`));
  const { candidates } = run.origin;
  if (!candidates) return h('span.muted', null, 'outside: no run was in delivery then');
  return h(
    'span.muted',
    null,
    `not known: ${candidates === 1 ? 'one run was' : `${candidates} runs were`} in delivery when it was published, and nothing names it`,
  );
}

function tabs(run, part) {
  const base = `#/run/${encodeURIComponent(run.id)}`;
  return h(
    'nav.tabs',
    { 'aria-label': 'Parts of the run' },
    WORDS.map(([name, word]) =>
      h('a', { key: name, href: name ? `${base}/${name}` : base, 'aria-current': part === name ? 'page' : null }, word),
    ),
  );
}

function actions(run, page) {
  const id = encodeURIComponent(run.id);
  if (run.state === 'RUN_STARTED') {
    const cancel = () => page.act(`/v2/workflows/runs?workflowRunIds=${id}`, 'DELETE', 'Canceled.');
    return h('div.actions', null, button('Cancel run', cancel));
  }
  return run.letter ? h('div.actions', null, h('a.button', { href: `#/letters?run=${id}` }, 'Dead letter')) : null;
}
