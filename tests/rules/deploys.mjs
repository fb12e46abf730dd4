// Serves pairs of workflows, an old and a new version of each, and deploys the new one in the middle of a run.
//
//   node deploys.mjs CASES     CASES is a JSON file: [{old, new}], modules as source texts
//
// A run's id says what happens in it: wfr_<case>-<after>-<active>: after so many deliveries the new version answers.
// Names that a module does not define are functions that give what KNOWN has, with `active` as the id says.

import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.SDK_FOLDER}/package.json`);
const typescript = require('typescript');
const sdk = {};
for (const name of ['@upstash/workflow', '@upstash/workflow/nextjs']) {
  // the modules for `import` share their classes, those for `require` do not
  sdk[name] = await import(require.resolve(name).replace(/\.js$/, '.mjs'));
}
for (const kind of ['error', 'warn', 'log']) console[kind] = () => {};
process.on('unhandledRejection', () => {});

const active = new AsyncLocalStorage();
const KNOWN = {
  list: () => [{ id: 1, email: 'a' }, { id: 2, email: 'b' }],
  load: () => ({ active: active.getStore() }),
  check: () => ({ done: true }),
};
const scope = new Proxy(KNOWN, {
  get: (known, name) => (name === Symbol.unscopables ? undefined : (known[name] ?? (() => 1))),
  has: (known, name) => typeof name === 'string' && !(name in globalThis) && !['require', 'exports'].includes(name),
});

const handlerOf = (source) => {
  const options = { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 };
  const code = typescript.transpileModule(source, { compilerOptions: options }).outputText.replace('"use strict";', '');
  const exports = {};
  // what is compiled refers to what it imports by its own names: they come first
  new Function('require', 'exports', '__scope', `with (__scope) { (function () { ${code} })() }`)((name) => sdk[name], exports, scope);
  return exports.POST;
};

const cases = JSON.parse(readFileSync(process.argv[2], 'utf8')).map((each) => [handlerOf(each.old), handlerOf(each.new)]);
const deliveries = new Map();

const server = http.createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const run = incoming.headers['upstash-workflow-runid'];
  const [number, after, is] = run.slice('wfr_'.length).split('-');
  const count = (deliveries.get(run) ?? 0) + 1;
  deliveries.set(run, count);
  const url = new URL(incoming.url, `http://${incoming.headers.host}`);
  const request = new Request(url, { body: Buffer.concat(chunks), headers: incoming.headers, method: 'POST' });
  const handler = cases[Number(number)][count > Number(after) ? 1 : 0];
  const response = await active.run(is === 'yes', () => handler(request));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
