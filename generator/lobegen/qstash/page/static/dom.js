// A small virtual DOM: text stays text, and elements keep their place, so that focus and scrolling survive updates.

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'circle']);

/**
 * A node to be.
 * @typedef {{ tag: string, props: Record<string, any>, children: Node_[], key: string | undefined }} Element_
 * @typedef {Element_ | string} Node_
 */

/**
 * Describes an element. Children that are null, undefined or false are left out; lists are flattened.
 * @param {string} tag a name with classes, such as `span.badge.ok`
 * @param {Record<string, any> | null} [props] attributes; `on` holds event handlers, `key` names it among its siblings
 * @param {...any} children
 * @returns {Element_}
 */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split('.');
  const { key, ...rest } = props ?? {};
  if (classes.length) rest.class = [...classes, rest.class].filter(Boolean).join(' ');
  const flat = children.flat(Infinity).filter((child) => child != null && child !== false && child !== '');
  return { tag: name, props: rest, key, children: flat.map((child) => (child.tag ? child : String(child))) };
}

/**
 * What an element was made of, the last time.
 * @type {WeakMap<ChildNode, { key: string | undefined, props: Record<string, any>, handlers: Record<string, any> }>}
 */
const memory = new WeakMap();

/**
 * Makes an element's children what is described.
 * @param {Element} parent
 * @param {Node_[]} nodes
 */
export function render(parent, nodes) {
  const keyed = new Map();
  for (const child of parent.childNodes) {
    const key = memory.get(child)?.key;
    if (key !== undefined) keyed.set(key, child);
  }
  const wanted = new Set(nodes.map((node) => (typeof node === 'string' ? undefined : node.key)));
  for (const [key, child] of keyed) if (!wanted.has(key)) child.remove();
  /** @type {ChildNode | null} */
  let next = parent.firstChild;
  for (const node of nodes) {
    const made = match(node, next, keyed) ?? create(node);
    if (made === next) next = made.nextSibling;
    else parent.insertBefore(made, next);
    update(made, node);
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

/** The element that is there already: the one of that key, or the next one when it is of the same kind. */
function match(node, next, keyed) {
  if (typeof node === 'string') return next?.nodeType === 3 ? next : undefined;
  const found = node.key === undefined ? next : keyed.get(node.key);
  const fits = found && memory.get(found)?.key === node.key && found.localName === node.tag;
  return fits ? found : undefined;
}

function create(node) {
  if (typeof node === 'string') return document.createTextNode(node);
  const made = SVG_TAGS.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  memory.set(made, { key: node.key, props: {}, handlers: {} });
  return made;
}

function update(made, node) {
  if (typeof node === 'string') {
    if (made.data !== node) made.data = node;
    return;
  }
  const kept = memory.get(made);
  if (!kept) return;
  const { props: before, handlers } = kept;
  for (const name of new Set([...Object.keys(before), ...Object.keys(node.props)])) {
    if (name === 'on') listen(made, handlers, node.props.on ?? {});
    else if (name === 'style') style(made, node.props.style ?? {});
    else if (name === 'value') type(made, node.props.value ?? '');
    else if (before[name] !== node.props[name]) attribute(made, name, node.props[name]);
  }
  kept.props = node.props;
  render(made, node.children);
}

function attribute(made, name, value) {
  if (value == null || value === false) made.removeAttribute(name);
  else made.setAttribute(name, value === true ? '' : String(value));
}

/** What somebody is typing is not overwritten. */
function type(made, value) {
  if (document.activeElement !== made && made.value !== value) made.value = value;
}

function style(made, values) {
  for (const [name, value] of Object.entries(values)) made.style.setProperty(name, String(value));
}

function listen(made, handlers, wanted) {
  for (const name of Object.keys(wanted)) {
    if (!(name in handlers)) made.addEventListener(name, (event) => handlers[name]?.(event));
  }
  for (const name of Object.keys(handlers)) handlers[name] = wanted[name];
  Object.assign(handlers, wanted);
}
