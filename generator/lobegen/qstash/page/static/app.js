// The page's frame: which view is shown, when it is loaded anew, the header, and the question for a token.

import { ApiError, call, hasToken, keepToken, listen } from './api.js';
import { h, render } from './dom.js';
import { clock } from './format.js';
import { empty } from './parts.js';
import * as flow from './flow.js';
import * as letters from './letters.js';
import * as run from './run.js';
import * as runs from './runs.js';

const VIEWS = { runs, run, flow, letters };
const TICK = 1000;
/** Milliseconds between two loads of a view, whatever happens in the meantime. */
const LOAD_PAUSE = 500;

const app = {
  /** @type {any} */
  summary: null,
  receivedAt: 0,
  isLive: false,
  /** @type {any} */
  data: null,
  /** @type {any} */
  route: null,
  /** @type {ApiError | null} */
  fault: null,
  message: '',
};

/** What views are given. */
const page = {
  now: () => (app.summary ? app.summary.now + (performance.now() - app.receivedAt) * app.summary.speed : Date.now()),
  get summary() {
    return app.summary;
  },
  get route() {
    return app.route;
  },
  /** @param {string} hash */
  go: (hash) => (location.hash = hash),
  show: () => show(),
  load: () => load(),
  call,
  /**
   * Does something on the server, says what came of it, and loads the view anew.
   * @param {string} path
   * @param {string} method
   * @param {string} done
   */
  async act(path, method, done) {
    try {
      const answer = await call(path, method);
      say(done);
      return answer;
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return null;
    } finally {
      await load();
    }
  },
};

let clearing = 0;
function say(message) {
  app.message = message;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    app.message = '';
    show();
  }, 6000);
  show();
}

function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decode);
  const known = name in VIEWS ? name : 'runs';
  return { name: known, parts: rest, query: new URLSearchParams(query), hash };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let loading = false;
let isStale = false;
let loadedAt = -LOAD_PAUSE;

/** Loads the view's data; while one load is under way, another one waits. */
async function load() {
  if (loading) {
    isStale = true;
    return;
  }
  loading = true;
  const route = app.route;
  try {
    const data = await VIEWS[route.name].load(route, page);
    if (route === app.route) [app.data, app.fault] = [data, null];
  } catch (error) {
    if (route === app.route) app.fault = error instanceof ApiError ? error : new ApiError(0, String(error));
  }
  loading = false;
  loadedAt = performance.now();
  show();
  if (isStale) {
    isStale = false;
    later();
  }
}

let planned = 0;
function later() {
  clearTimeout(planned);
  planned = setTimeout(load, Math.max(0, loadedAt + LOAD_PAUSE - performance.now()));
}

function show() {
  const view = VIEWS[app.route.name];
  const needsToken = !hasToken() || app.fault?.status === 401;
  const title = view.title(app.route, app.data);
  document.title = needsToken ? 'Local QStash' : `${title} · Local QStash`;
  const content = needsToken
    ? question()
    : app.fault
      ? problem(app.fault)
      : app.data
        ? view.view(app.data, page)
        : empty('Loading …');
  render(document.body, [
    h('a.skip', { href: '#main', on: { click: skip } }, 'Skip to content'),
    header(),
    h('main', { id: 'main', tabindex: -1 }, content),
    h('div.message', { role: 'status', 'aria-live': 'polite', class: app.message ? 'shown' : null }, app.message),
  ]);
}

function skip(event) {
  event.preventDefault();
  focusMain();
}

function focusMain() {
  const target = document.querySelector('main h1') ?? document.querySelector('main');
  if (target instanceof HTMLElement) target.focus();
}

function header() {
  const { summary } = app;
  const running = summary?.states.RUN_STARTED ?? 0;
  const tabs = [
    ['runs', 'Runs', running, 'running'],
    ['flow', 'Flow control', summary?.queued ?? 0, 'waiting'],
    ['letters', 'Dead letters', summary?.letters ?? 0, 'dead letters'],
  ];
  const shown = app.route.name === 'run' ? 'runs' : app.route.name;
  return h(
    'header.top',
    null,
    h('a.brand', { href: '#/runs' }, h('span', null, 'lobegen'), h('strong', null, 'Local QStash')),
    h(
      'nav',
      { 'aria-label': 'Views' },
      tabs.map(([name, word, number, label]) =>
        h(
          'a',
          { key: name, href: `#/${name}`, 'aria-current': shown === name ? 'page' : null },
          word,
          h('span', { class: `number ${name} ${number ? 'some' : ''}`, title: label }, number.toLocaleString('en')),
        ),
      ),
    ),
    h(
      'div.now',
      null,
      pace(summary),
      h('span.live', { class: app.isLive ? 'on' : 'off' }, app.isLive ? 'live' : 'no connection'),
    ),
  );
}

function pace(summary) {
  if (!summary) return null;
  const speed = summary.speed === 0 ? 'virtual' : summary.speed === 1 ? '' : `×${summary.speed}`;
  return h(
    'span.clock',
    { title: "the server's clock" },
    clock(page.now(), page.now()),
    speed && h('span.speed', null, speed),
  );
}

function question() {
  const submit = (event) => {
    event.preventDefault();
    keepToken(event.target.elements.token.value.trim());
    app.fault = null;
    start();
  };
  return h(
    'form.question',
    { on: { submit } },
    h('h1', { tabindex: -1 }, 'Token'),
    h('p', null, 'This local QStash was started with a token of its own. It is kept in this tab only.'),
    h(
      'label',
      null,
      'QSTASH_TOKEN',
      h('input', { name: 'token', type: 'password', autocomplete: 'off', required: true }),
    ),
    h('button.primary', { type: 'submit' }, 'Open'),
    app.fault && h('p.fault', null, app.fault.message),
  );
}

const problem = (fault) => empty(fault.message, h('p', null, h('a', { href: '#/runs' }, 'To the runs')));

function changed(summary) {
  [app.summary, app.receivedAt] = [summary, performance.now()];
  later();
  show();
}

let isListening = false;
async function start() {
  void load();
  if (isListening) return;
  isListening = true;
  await listen(changed, (isLive) => {
    app.isLive = isLive;
    if (isLive) void load();
    show();
  });
  isListening = false;
}

function navigate() {
  const before = app.route;
  app.route = routeOf(location.hash);
  const isOther = before.name !== app.route.name || before.parts.join('/') !== app.route.parts.join('/');
  if (isOther) [app.data, app.fault] = [null, null];
  void load().then(() => isOther && focusMain());
}

app.route = routeOf(location.hash);
window.addEventListener('hashchange', navigate);
setInterval(() => app.summary?.speed && show(), TICK);
show();
if (hasToken()) void start();
