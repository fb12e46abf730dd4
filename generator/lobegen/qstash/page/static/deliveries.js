// What was delivered for a run: every request and its answer, as far as it is remembered.

import { h } from './dom.js';
import { clock, count, duration } from './format.js';
import { empty, json } from './parts.js';

const opened = new Set();

/**
 * @param {string} path
 * @param {any} page
 */
export const load = (path, page) => page.call(`${path}/deliveries`);

/**
 * @param {any} run
 * @param {any} data
 * @param {any} page
 */
export function view(run, data, page) {
  if (!data?.deliveries) return empty('Loading …');
  const forgotten = data.all - data.deliveries.length;
  return [
    forgotten > 0 &&
      h(
        'p.muted',
        null,
        `${count(forgotten, 'older delivery is', 'older deliveries are')} no longer remembered in full.`,
      ),
    data.deliveries.length
      ? h(
          'ol.deliveries',
          null,
          data.deliveries.map((each) => item(each, page)),
        )
      : empty('No delivery has ended yet.'),
  ];
}

const CALLS = { toCallback: 'third party', fromCallback: 'call result', failureCall: 'failure function' };

function item(each, page) {
  const key = `${each.messageId}/${each.retried}/${each.started}`;
  const isGood = each.status >= 200 && each.status < 300;
  const toggle = (event) => {
    event.target.open ? opened.add(key) : opened.delete(key);
    page.show();
  };
  return h(
    'li',
    { key },
    h(
      'details',
      { on: { toggle } },
      h(
        'summary',
        null,
        h('span.status', { class: isGood ? 'ok' : 'fail' }, each.status ? String(each.status) : 'no answer'),
        h('span.num', null, clock(each.started, page.now())),
        h('span.num.took', null, duration(each.finished - each.started)),
        h(
          'span.what',
          null,
          CALLS[each.callType] ?? each.step,
          each.retried ? h('span.warn', null, ` retry ${each.retried}`) : null,
          faults(each),
        ),
        h('span.muted.where', null, each.error || each.url),
      ),
      opened.has(key) && [
        h('h3', null, 'Sent'),
        headers(each.headers, 'headers sent'),
        h('h3', null, 'Answered'),
        headers(each.answerHeaders, 'headers of the answer'),
        json(each.answer, 'body of the answer'),
      ],
    ),
  );
}

const faults = (each) =>
  each.faults.map((kind) => h('span.fault-mark', { key: kind, title: 'injected on request' }, kind));

const headers = (values, label) =>
  h(
    'pre.json',
    { tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'code',
      null,
      Object.entries(values).map(([name, list]) => [h('span.key', null, name), `: ${list.join(', ')}\n`]),
    ),
  );
