// Flow-control keys: what is in flight, what waits, the limits, and a switch for each.

import { h } from './dom.js';
import { duration } from './format.js';
import { button, empty, table } from './parts.js';

export const title = () => 'Flow control';

/**
 * @param {any} _
 * @param {any} page
 */
export const load = async (_, page) => ({ keys: await page.call('/v2/flowControl') });

/**
 * @param {any} data
 * @param {any} page
 */
export function view({ keys }, page) {
  const list = [...keys].sort((one, other) => one.flowControlKey.localeCompare(other.flowControlKey));
  return [
    h(
      'div.heading',
      { key: 'heading' },
      h('h1', { tabindex: -1 }, 'Flow control'),
      h('p.muted', null, `${page.summary?.inFlight ?? 0} in flight, ${page.summary?.queued ?? 0} waiting in all`),
    ),
    list.length
      ? listed(list, page)
      : empty(
          'No keys in use.',
          h(
            'p',
            null,
            'A key appears while messages with it wait or are in flight, and stays while it is paused or pinned.',
          ),
        ),
  ];
}

function listed(list, page) {
  return table(
    'keys',
    [
      ['', 'Key'],
      ['.num', 'Waiting'],
      ['', 'In flight'],
      ['', 'Rate'],
      ['', h('span.hidden', null, 'Actions')],
    ],
    list.map((key) => row(key, page)),
  );
}

function row(key, page) {
  const name = key.flowControlKey;
  const path = `/v2/flowControl/${encodeURIComponent(name)}`;
  const toggle = () =>
    page.act(
      `${path}/${key.isPaused ? 'resume' : 'pause'}`,
      'POST',
      `${name} ${key.isPaused ? 'goes on' : 'is paused'}.`,
    );
  return h(
    'tr',
    { key: name },
    h('td', null, h('span.mono', null, name), key.isPaused && h('span.mark.paused', null, 'paused')),
    h('td.num.waiting', { class: key.waitListSize ? null : 'zero' }, key.waitListSize.toLocaleString('en')),
    h(
      'td',
      null,
      meter(key.parallelismCount, key.parallelismMax, `in flight of ${name}`),
      key.isPinnedParallelism && h('span.mark', null, 'pinned'),
    ),
    h(
      'td',
      null,
      key.rateMax
        ? [
            meter(key.rateCount, key.rateMax, `started in this period of ${name}`),
            h('span.muted', null, ` per ${period(key.ratePeriod)}`),
          ]
        : h('span.muted', null, 'no limit'),
      key.isPinnedRate && h('span.mark', null, 'pinned'),
    ),
    h(
      'td.actions',
      null,
      button(key.isPaused ? 'Resume' : 'Pause', toggle, {
        'aria-label': `${key.isPaused ? 'Resume' : 'Pause'} ${name}`,
        class: key.isPaused ? 'primary' : null,
      }),
    ),
  );
}

const period = (seconds) => (seconds === 1 ? 'second' : duration(seconds * 1000).replace('.0 ', ' '));

function meter(number, limit, label) {
  if (!limit) return h('span.meter', null, h('span', null, String(number)), h('span.muted', null, 'no limit'));
  return h(
    'span.meter',
    null,
    h(
      'span.gauge',
      { role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': limit, 'aria-valuenow': number },
      h('span', { style: { '--share': Math.min(1, number / limit) } }),
    ),
    h('span.num', null, `${number} / ${limit}`),
  );
}
