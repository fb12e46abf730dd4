// The dead letter queue: what failed for good, why, and what can be done about it.

import { h } from './dom.js';
import { clock, nameOf } from './format.js';
import { button, empty, failure, json, runLink } from './parts.js';

const SIZE = 50;
const opened = new Set();
/** The letter whose deletion was asked for once. */
let doomed = '';

export const title = () => 'Dead letters';

/**
 * @param {any} route
 * @param {any} page
 */
export async function load(route, page) {
  const query = new URLSearchParams({ count: String(SIZE) });
  if (route.query.get('run')) query.set('workflowRunId', route.query.get('run'));
  if (route.query.get('cursor')) query.set('cursor', route.query.get('cursor'));
  return page.call(`/v2/dlq?${query}`);
}

/**
 * @param {any} data
 * @param {any} page
 */
export function view({ messages, cursor }, page) {
  const { query } = page.route;
  const run = query.get('run');
  return [
    h(
      'div.heading',
      { key: 'heading' },
      h('h1', { tabindex: -1 }, 'Dead letters'),
      h('p.muted', null, run ? h('a', { href: '#/letters' }, 'Show all') : 'what failed for good, the newest first'),
    ),
    messages.length
      ? h(
          'ol.letters',
          { key: 'list' },
          messages.map((each) => item(each, page)),
        )
      : empty(run ? 'This run has no dead letter any more.' : 'No dead letters.'),
    (cursor || query.get('cursor')) &&
      h(
        'nav.pager',
        { 'aria-label': 'Pages' },
        h('a', { href: '#/letters' }, 'Newest'),
        cursor && h('a', { href: `#/letters?cursor=${encodeURIComponent(cursor)}` }, 'Older'),
      ),
  ];
}

function item(each, page) {
  const id = each.dlqId;
  const toggle = (event) => {
    event.target.open ? opened.add(id) : opened.delete(id);
    page.show();
  };
  const path = pathOf(each.workflowUrl ?? each.url);
  return h(
    'li.letter',
    { key: id },
    h(
      'div.line',
      null,
      h('span.status.fail', null, each.responseStatus ? String(each.responseStatus) : 'no answer'),
      h(
        'div.what',
        null,
        each.workflowRunId ? runLink(each.workflowRunId, path) : h('strong', null, nameOf(path)),
        h('span.hint', null, reason(each)),
      ),
      h('span.num.time', null, clock(each.createdAt, page.now())),
      actions(each, page),
    ),
    h(
      'details',
      { on: { toggle } },
      h('summary', null, 'Payload and answer'),
      opened.has(id) && [
        h('h3', null, 'Payload'),
        json(each.body ?? '', 'payload'),
        h('h3', null, 'Answer'),
        failure(each.responseBody ?? '', 'answer'),
      ],
    ),
  );
}

function actions(each, page) {
  const id = encodeURIComponent(each.dlqId);
  const name = nameOf(pathOf(each.workflowUrl ?? each.url));
  const doing = (word, path, method, done, title) =>
    button(word, () => page.act(path, method, done), { 'aria-label': `${word} ${name}`, title });
  const isRun = Boolean(each.workflowRunId);
  return h(
    'div.actions',
    { role: 'group', 'aria-label': `What to do about ${name}` },
    isRun &&
      doing(
        'Resume',
        `/v2/workflows/dlq/resume?dlqIds=${id}`,
        'POST',
        'Goes on as a new run.',
        'go on from the step that failed, as a new run',
      ),
    isRun &&
      doing(
        'Restart',
        `/v2/workflows/dlq/restart?dlqIds=${id}`,
        'POST',
        'Begins anew as a new run.',
        'begin anew with the same payload, as a new run',
      ),
    !isRun && doing('Retry', `/v2/dlq/retry/${id}`, 'POST', 'Sent again.', 'send the message again'),
    each.failureCallbackInfo?.state === 'CALLBACK_FAIL' &&
      doing(
        'Call failure function',
        `/v2/workflows/dlq/callback/${id}`,
        'POST',
        'The failure function is called again.',
      ),
    deletion(each.dlqId, name, page),
  );
}

/** Deleting takes two presses: there is no way back. */
function deletion(id, name, page) {
  if (doomed !== id) {
    const ask = () => {
      doomed = id;
      setTimeout(() => doomed === id && ((doomed = ''), page.show()), 5000);
      page.show();
    };
    return button('Delete', ask, { key: 'delete', 'aria-label': `Delete ${name}` });
  }
  const act = () => ((doomed = ''), page.act(`/v2/dlq/${encodeURIComponent(id)}`, 'DELETE', 'Deleted.'));
  return button('Really delete', act, { key: 'delete', class: 'danger', 'aria-label': `Really delete ${name}` });
}

/** Why it failed, in one line: the SDK's message, or the beginning of the body. */
function reason(each) {
  let text = each.responseBody ?? '';
  try {
    const body = JSON.parse(text);
    text = body.message ?? body.error ?? text;
  } catch {
    // the text as it is
  }
  return String(text).slice(0, 200);
}

function pathOf(url) {
  try {
    return new URL(url).pathname;
  } catch {
    return url ?? '';
  }
}
