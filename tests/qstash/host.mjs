// Serves every workflow of workflows.mjs under its name, with the SDK of the folder that SDK_FOLDER names.
//
//   GET  /__effects   what the workflows did since the last call
//   POST /__client    {method, args}: a call of the SDK's own client; `qstash.…` of the client of QStash
//   POST /__weather   what the steps that need fair weather find: true or false
//   ANY  /third       a third party, answering with ?status=

import http from 'node:http';
import { createRequire } from 'node:module';
import { makeWorkflows } from './workflows.mjs';

const require = createRequire(`${process.env.SDK_FOLDER}/package.json`);
const WF = require('@upstash/workflow');
const { Client: QStashClient } = require('@upstash/qstash');
const { z } = require('zod');

for (const kind of ['error', 'warn', 'log']) console[kind] = () => {};
process.on('unhandledRejection', () => {});

let effects = [];
const deliveries = new Map();
const deliveriesOf = (context) => deliveries.get(context.workflowRunId);
const weather = { fair: true };
const note = (effect) => effects.push(effect);

const read = async (incoming) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const callClient = async ({ method, args }) => {
  const account = { baseUrl: process.env.QSTASH_URL, token: process.env.QSTASH_TOKEN };
  const client = new WF.Client(account);
  const path = method.split('.');
  const name = path.pop();
  const isQstash = path[0] === 'qstash' && path.shift();
  const owner = path.reduce((object, key) => object[key], isQstash ? new QStashClient(account) : client);
  try {
    return { ok: (await owner[name](...args)) ?? null };
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
};

const server = http.createServer(async (incoming, outgoing) => {
  const body = await read(incoming);
  const url = new URL(incoming.url, `http://127.0.0.1:${server.address().port}`);
  const send = (status, value, headers = { 'content-type': 'application/json' }) =>
    outgoing.writeHead(status, headers).end(typeof value === 'string' ? value : JSON.stringify(value));

  if (url.pathname === '/__effects') {
    send(200, effects);
    effects = [];
  } else if (url.pathname === '/__client') {
    send(200, await callClient(JSON.parse(body.toString())));
  } else if (url.pathname === '/__weather') {
    weather.fair = JSON.parse(body.toString());
    send(200, {});
  } else if (url.pathname === '/third') {
    send(Number(url.searchParams.get('status')), { method: incoming.method, body: body.toString() });
  } else {
    const handler = handlers[url.pathname.slice(1)];
    if (!handler) return send(404, { error: 'no such workflow' });
    const run = incoming.headers['upstash-workflow-runid'];
    deliveries.set(run, (deliveries.get(run) ?? 0) + 1);
    const response = await handler(new Request(url, { body, headers: incoming.headers, method: 'POST' }));
    send(response.status, await response.text(), Object.fromEntries(response.headers));
  }
});

const handlers = {};
server.listen(0, '127.0.0.1', () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const [name, [route, options]] of Object.entries(makeWorkflows({ WF, base, note, deliveriesOf, z, weather }))) {
    handlers[name] = WF.serve(route, { ...options }).handler;
  }
  process.stdout.write(`${base}\n`);
});
