// Small parts that several views show: states, links to runs, JSON, messages.

import { h } from './dom.js';
import { STATES, nameOf, shortId } from './format.js';

const DRAWINGS = {
  check: 'M4 8.5l2.6 2.6L12 5.5',
  cross: 'M5 5l6 6M11 5l-6 6',
  bar: 'M4.500 8h7',
  loop: 'M12 8a4 4 0 1 1-1.300-2.950M12.200 3.200v2.600H9.600',
};
const LONGEST = 200_000;

/**
 * A line of a drawing.
 * @param {string} path
 */
export const stroke = (path) =>
  h('path', {
    d: path,
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': 1.8,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });

/**
 * The drawing of a state; words always stand beside it or in a label.
 * @param {string} name
 */
export function icon(name) {
  const { tone, icon: drawing } = STATES[name] ?? STATES.queued;
  const shape =
    drawing in DRAWINGS
      ? stroke(DRAWINGS[drawing])
      : h('circle', {
          cx: 8,
          cy: 8,
          r: drawing === 'dot' ? 3.2 : 3.6,
          fill: drawing === 'dot' ? 'currentColor' : 'none',
          stroke: 'currentColor',
          'stroke-width': 1.8,
        });
  return h('svg', { class: `icon ${tone}`, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, shape);
}

/** @param {string} name */
export function state(name) {
  const { word, tone } = STATES[name] ?? { word: name, tone: 'wait' };
  return h('span', { class: `state ${tone}` }, icon(name), h('span', null, word));
}

/**
 * A link to a run, by the name of its workflow or by its id.
 * @param {string} id
 * @param {string} [path]
 */
export const runLink = (id, path) =>
  h(
    'a',
    { href: `#/run/${encodeURIComponent(id)}`, title: id, class: path ? null : 'mono' },
    path ? nameOf(path) : shortId(id),
  );

/**
 * Text that is JSON in lines and colours, anything else as it is.
 * @param {string} text
 * @param {string} label what it is, for who cannot see it
 */
export function json(text, label) {
  const { value, isJson } = parse(text);
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  const cut = shown.length > LONGEST ? shown.slice(0, LONGEST) : shown;
  const content = shown === '' ? [h('span.muted', null, 'empty')] : isJson ? coloured(cut) : [cut];
  const more = shown.length > cut.length && `\n… ${(shown.length - cut.length).toLocaleString('en')} characters more`;
  return h('pre.json', { tabindex: 0, role: 'region', 'aria-label': label }, h('code', null, content, more));
}

function parse(text) {
  try {
    return { value: JSON.parse(text), isJson: true };
  } catch {
    return { value: undefined, isJson: false };
  }
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/g;

function coloured(text) {
  const parts = [];
  let at = 0;
  if (text.length > 40_000) return [text];
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(at, found.index));
    if (found[2]) parts.push(h('span.key', null, found[1]), found[2]);
    else parts.push(h(found[1] ? 'span.text' : 'span.value', null, found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)];
}

/**
 * What an endpoint answered instead of success: JSON as above, but a stack in lines, as it was meant to be read.
 * @param {string} text
 * @param {string} label
 */
export function failure(text, label) {
  const { value } = parse(text);
  if (typeof value?.stack !== 'string') return json(text, label);
  const { stack, ...rest } = value;
  return h(
    'pre.json',
    { tabindex: 0, role: 'region', 'aria-label': label },
    h('code', null, coloured(JSON.stringify(rest, null, 2)), `\n\n${stack}`),
  );
}

/**
 * A line in place of what is not there.
 * @param {any} title
 * @param {...any} rest
 */
export const empty = (title, ...rest) => h('div.empty', null, h('p', null, title), rest);

/**
 * A definition list in columns.
 * @param {[string, any][]} pairs
 */
export const facts = (pairs) =>
  h(
    'dl.facts',
    null,
    pairs
      .filter(([, value]) => value != null && value !== '' && value !== false)
      .map(([name, value]) => h('div', { key: name }, h('dt', null, name), h('dd', null, value))),
  );

/**
 * A table with its head.
 * @param {string} name its class
 * @param {[string, any, string?][]} columns the classes of each, what stands above it, and more to say of that
 * @param {any[]} rows
 */
export const table = (name, columns, rows) =>
  h(
    `table.${name}`,
    null,
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        columns.map(([kinds, words, title]) => h(`th${kinds}`, { scope: 'col', title }, words)),
      ),
    ),
    h('tbody', null, rows),
  );

/**
 * A button that does something on the server.
 * @param {string} label
 * @param {() => void} act
 * @param {Record<string, any>} [props]
 */
export const button = (label, act, props) => h('button', { type: 'button', ...props, on: { click: act } }, label);
