// The graph of a run: payload, steps and parallel groups from top to bottom, the end; beside it what is selected.

import { h } from './dom.js';
import { clock, count, duration, size } from './format.js';
import { failure, icon, json, state } from './parts.js';

const KINDS = {
  Run: '',
  Call: 'call',
  SleepFor: 'sleep',
  SleepUntil: 'sleep',
  Wait: 'wait for event',
  Notify: 'notify',
  Invoke: 'invoke',
  CreateWebhook: 'create webhook',
  WaitForWebhook: 'wait for webhook',
};
const ENDS = { RUN_SUCCESS: 'Finished', RUN_FAILED: 'Failed', RUN_CANCELED: 'Canceled' };

/** What is selected, by run; and the texts that were loaded for it. */
const selected = new Map();
const texts = new Map();

export const load = () => null;

/**
 * @param {any} run
 * @param {any} _
 * @param {any} page
 */
export function view(run, _, page) {
  const steps = run.groups.flatMap((group) => group.steps);
  const span = { from: run.created, to: Math.max(run.created + 1, run.completed ?? page.now()) };
  const nodes = [
    {
      id: 'payload',
      position: 0,
      name: 'Payload',
      state: 'done',
      started: run.created,
      finished: run.created,
      size: run.payload,
      attempts: [],
    },
    ...run.groups.flatMap((group, index) =>
      group.steps.map((step, branch) => ({ ...step, id: `${index}.${branch}`, group: index })),
    ),
    ...(run.state === 'RUN_STARTED'
      ? []
      : [
          {
            id: 'end',
            name: ENDS[run.state],
            state: run.state,
            started: run.completed,
            finished: run.completed,
            response: run.response,
            attempts: [],
          },
        ]),
  ];
  const chosen = nodes.find((node) => node.id === selected.get(run.id)) ?? firstOfInterest(nodes);
  const choose = (node) => {
    selected.set(run.id, node.id);
    page.show();
  };
  const draw = (node) => card(node, { chosen, choose, span, page, run });
  return h(
    'div.graph-and-details',
    null,
    h(
      'ol.graph',
      { 'aria-label': `${count(steps.length, 'step')} of the run` },
      h('li', { key: 'payload' }, draw(nodes[0])),
      groups(run, nodes, draw),
      nodes.at(-1)?.id === 'end' && h('li', { key: 'end' }, draw(nodes.at(-1))),
    ),
    h('aside.details', { 'aria-label': 'Selected step', 'aria-live': 'off' }, details(run, chosen, page)),
  );
}

/** What failed or waits is looked at first, else the payload. */
const firstOfInterest = (nodes) =>
  nodes.find((node) => node.state === 'failed') ?? nodes.find((node) => node.state === 'retrying') ?? nodes[0];

const failuresOf = (node) => node.attempts.filter((attempt) => attempt.status < 200 || attempt.status > 299).length;

function groups(run, nodes, draw) {
  return run.groups.map((group, index) => {
    const own = nodes.filter((node) => node.group === index);
    if (group.kind !== 'parallel') return own.map((node) => h('li', { key: node.id }, draw(node)));
    return h(
      'li.parallel',
      { key: index },
      h('p.kind', null, `parallel × ${own.length}`),
      h(
        'ol',
        { 'aria-label': `parallel group of ${own.length}` },
        own.map((node) => h('li', { key: node.id }, draw(node))),
      ),
    );
  });
}

function card(node, { chosen, choose, span, page, run }) {
  const end = node.finished ?? (node.started && run.state === 'RUN_STARTED' ? page.now() : null);
  const took =
    node.started != null && end != null && node.id !== 'payload' && node.id !== 'end'
      ? duration(end - node.started)
      : node.id === 'payload'
        ? size(node.size)
        : '';
  const failures = failuresOf(node);
  const starts = run.starts[node.position] ?? 0;
  return h(
    'button.step',
    {
      type: 'button',
      class: `is-${node.state}`,
      'aria-pressed': String(node === chosen),
      on: { click: () => choose(node) },
    },
    icon(node.state),
    h('span.name', { class: node.name ? null : 'muted' }, node.name || 'next step, named by its result'),
    h('span.took', null, took),
    h('span.about', null, about(node, page, failures, starts)),
    took &&
      node.id !== 'payload' &&
      h('span.lane', { 'aria-hidden': 'true' }, h('span.bar', { style: lane(node.started, end, span) })),
  );
}

function lane(from, to, span) {
  const whole = span.to - span.from;
  const left = Math.min(99, Math.max(0, ((from - span.from) / whole) * 100));
  return { '--left': `${left}%`, '--width': `${Math.min(100 - left, Math.max(1, ((to - from) / whole) * 100))}%` };
}

function about(node, page, failures, starts) {
  const words = [];
  const kind = KINDS[node.type] ?? node.type;
  if (kind) words.push(kind);
  if (node.state !== 'done' && node.id !== 'end') words.push(underWay(node, page));
  if (failures) words.push(h('span.warn', null, count(failures, 'failed try', 'failed tries')));
  if (starts) words.push(h('span', null, `starts ${count(starts, 'run')}`));
  for (const kind of new Set(node.attempts.flatMap((attempt) => attempt.faults ?? [])))
    words.push(h('span.warn', { title: 'injected on request' }, `fault: ${kind}`));
  if (node.duplicate) words.push(h('span.warn', null, 'came twice'));
  return words.flatMap((word, index) => (index ? [h('span.dot', { 'aria-hidden': 'true' }, '·'), word] : [word]));
}

function underWay(node, page) {
  const at = node.due ? clock(node.due, page.now()) : '';
  if (node.event) return `waits for “${node.event}” until ${at}`;
  if (node.state === 'retrying')
    return node.phase === 'planned'
      ? `retry ${node.retried} at ${at}`
      : `retry ${node.retried} ${node.phase === 'queued' ? 'queued' : 'in delivery'}`;
  if (node.state === 'queued') return node.flowKey ? `waits for its turn: ${node.flowKey}` : 'waits for its turn';
  if (node.state === 'sleeping' || node.state === 'planned') return at ? `until ${at}` : 'planned';
  return node.state === 'in-flight' ? 'in delivery' : node.state;
}

function details(run, node, page) {
  const isEnd = node.id === 'end';
  return [
    h('h2', { key: 'name' }, node.name || 'Next step', isEnd ? null : state(node.state)),
    h('p.muted', { key: 'times' }, times(node, page)),
    isEnd &&
      (run.response == null
        ? h('p.muted', { key: 'none' }, 'No return value was reported. The Python SDK never reports one.')
        : h('div', { key: 'response' }, h('h3', null, 'Returned'), json(run.response, 'return value'))),
    node.position != null && [
      h('h3', { key: 'title' }, node.position === 0 ? 'Payload' : 'Output'),
      h('div', { key: 'output' }, output(run, node, page)),
    ],
    node.invoked &&
      h(
        'p',
        { key: 'invoked' },
        'Invoked ',
        h('a.mono', { href: `#/run/${encodeURIComponent(node.invoked)}` }, node.invoked),
      ),
    node.attempts.length > 0 && [h('h3', { key: 'tries' }, 'Tries'), attempts(node, page)],
  ];
}

function times(node, page) {
  if (node.id === 'payload' || node.id === 'end') return clock(node.started, page.now());
  const took = node.started != null && node.finished != null ? `, ${duration(node.finished - node.started)}` : '';
  const end = node.finished == null ? '' : ` to ${clock(node.finished, page.now())}`;
  return node.started == null ? 'not begun' : `${clock(node.started, page.now())}${end}${took}`;
}

function output(run, node, page) {
  const key = `${run.id}/${node.position}`;
  if (!texts.has(key)) {
    texts.set(key, null);
    if (texts.size > 200) texts.delete(texts.keys().next().value);
    void page.call(`/ui/api/runs/${encodeURIComponent(run.id)}/entries/${node.position}`).then(
      ({ body }) => keep(key, node.position === 0 ? body : result(body)),
      (error) => keep(key, error.message),
    );
  }
  const keep = (name, text) => {
    texts.set(name, text);
    page.show();
  };
  const text = texts.get(key);
  return text == null
    ? h('pre.json', null, h('span.muted', null, 'Loading …'))
    : json(text, node.position === 0 ? 'payload' : 'output');
}

/** The result in a step's body. */
function result(body) {
  try {
    const { out, sleepFor, sleepUntil, waitEventId, waitTimeout } = JSON.parse(body);
    if (waitEventId !== undefined)
      return JSON.stringify({
        event: waitEventId,
        timeout: waitTimeout ?? false,
        data: out === undefined ? undefined : fromBase64(out),
      });
    if (out === undefined) return (sleepFor ?? sleepUntil) ? JSON.stringify({ sleepFor, sleepUntil }) : '';
    return typeof out === 'string' ? out : JSON.stringify(out);
  } catch {
    return body;
  }
}

function fromBase64(text) {
  try {
    const decoded = new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
    return JSON.parse(decoded);
  } catch {
    return text;
  }
}

function attempts(node, page) {
  return h(
    'ol.tries',
    { key: 'attempts' },
    node.attempts.map((attempt, index) => {
      const isGood = attempt.status >= 200 && attempt.status < 300;
      return h(
        'li',
        { key: index },
        h('span.status', { class: isGood ? 'ok' : 'fail' }, attempt.status ? String(attempt.status) : 'no answer'),
        h('span.num', null, clock(attempt.started, page.now())),
        h('span.num', null, duration(attempt.finished - attempt.started)),
        h(
          'span.muted',
          null,
          attempt.callType === 'toCallback'
            ? 'third party'
            : attempt.callType === 'fromCallback'
              ? 'call result'
              : attempt.retried
                ? `retry ${attempt.retried}`
                : '',
        ),
        attempt.error && failure(attempt.error, `answer of try ${index + 1}`),
      );
    }),
  );
}
