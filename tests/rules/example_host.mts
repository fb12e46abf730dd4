/**
 * Serves one example of a rule's page at a time, with the real SDK.
 *
 *   tsx example_host.mts      prints its address
 *
 * POST /__load     {environment, file, path, names, values, pauses, hours}: where QStash is, the module, the names that it
 *                  leaves open, what they give, how long (in milliseconds, by first argument) they take, and what the hour of
 *                  the day is at each beginning of the handler, the last one for good; with {earlier, deploy}, another module answers so many requests first;
 *                  with {dying}, the process seems to die once, between a trigger in a step and what it says of the step
 * POST /__trigger  {url, body}: starts a run with the SDK's client
 * POST /__start    {file, name, arguments}: does so with a function of that module, the first one if it has no name
 * GET  /__done     what was done since the last load: how often the handler began, and the calls of open names
 * GET  /__works/…  answers 200, as a third party may; /__fails/…: 500
 * ANY  other       the example
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

type Handler = (request: Request) => Promise<Response>;
type Call = { args: unknown[]; name: string };
type Example = {
  deploy?: number;
  dying: boolean;
  earlier?: string;
  environment: Record<string, string>;
  file: string;
  hours: number[];
  names: string[];
  path: string;
  pauses: Pauses;
  values: Record<string, unknown>;
};
type Pauses = Record<string, number>;

const { Client } = createRequire(`${process.cwd()}/package.json`)('@upstash/workflow');
for (const kind of ['error', 'warn', 'log'] as const) console[kind] = () => {};
process.on('unhandledRejection', () => {});

let handlers: Handler[] = [];
let ownPath = '/';
let began = 0;
let calls: Call[] = [];
const stubs = new Set<string>();
const realHours = Date.prototype.getHours;
const open = globalThis as Record<string, unknown>;

const shown = (value: unknown) =>
  value instanceof Error ? value.name : value instanceof Promise ? 'Promise' : value === undefined || typeof value === 'function' ? typeof value : value;

/** A function that stands for work: notes that it was called, takes its time, and gives what it is told to. */
const work = (name: string, value: unknown, pauses: Pauses) => async (...args: unknown[]) => {
  calls.push({ args: args.map(shown), name });
  await (pauses[String(args[0])] ? new Promise((resolve) => setTimeout(resolve, pauses[String(args[0])])) : null);
  if (has(value, 'pages')) return value.pages[String(args[0] ?? '')];
  return has(value, 'given') ? args[0] : value;
};

/** What an open name is: a constant, an id made of what it is for, or a function that stands for work. */
const stub = (name: string, value: unknown, pauses: Pauses) => {
  if (has(value, 'constant')) return value.constant;
  if (has(value, 'id')) return (...args: unknown[]) => JSON.stringify(args).replaceAll(/\W+/g, '-');
  return work(name, value, pauses);
};

const has = <Key extends string>(value: unknown, key: Key): value is Record<Key, any> =>
  Boolean(value) && typeof value === 'object' && key in value!;

/** Something with methods: the first call is noted, what it gives can be called on. */
const thing = (name: string, noted = false): unknown =>
  new Proxy(() => {}, {
    apply: (_, __, args) => {
      if (!noted) calls.push({ args: args.map(shown), name });
      return thing(name, true);
    },
    get: (_, key) => (typeof key === 'symbol' || key === 'then' || key === 'toJSON' ? undefined : thing(`${name}.${key}`, noted)),
  });

/** What QStash is told of others; once that has happened, the process dies before it says how its own step went. */
let dies: string | undefined;
let toldOthers = false;
let die: (response: Response) => void = () => {};
const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const own = !dies || String(init?.body ?? '').includes(dies) || String(input).includes(dies);
  if (dies && own && toldOthers) {
    dies = undefined;
    die(Response.json({ error: 'the process died' }, { status: 500 }));
    return new Promise(() => {});
  }
  toldOthers ||= !own;
  return realFetch(input, init);
};

open.__began = () => void (began += 1);
open.__thing = thing;

/** A value as written in JSON, `{date}` as what it stands for. */
const revived = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each) => (each && typeof each === 'object' && 'date' in each ? new Date(each.date) : each));

const handlerOf = async (file: string): Promise<Handler> => {
  const module = await import(pathToFileURL(file).href);
  return (module.POST?.POST ?? module.POST ?? module.default?.POST) as Handler;
};

const load = async ({ deploy, dying, earlier, environment, file, hours, names, path, pauses, values }: Example) => {
  Object.assign(process.env, environment);
  for (const name of stubs) delete open[name];
  stubs.clear();
  for (const name of names.filter((each) => !(each in globalThis))) {
    open[name] = stub(name, name in values ? revived(values[name]) : name, pauses);
    stubs.add(name);
  }
  [began, calls] = [0, []];
  Date.prototype.getHours = hours.length ? () => hours[Math.min(began, hours.length) - 1] ?? hours[0] : realHours;
  [dies, toldOthers] = [dying ? path : undefined, false];
  handlers = [];
  handlers = [...(earlier ? Array(deploy).fill(await handlerOf(earlier)) : []), await handlerOf(file)];
};

const answer = async (path: string, text: string, headers: Headers): Promise<Response> => {
  const asked = text && path.startsWith('/__') ? JSON.parse(text) : {};
  if (path === '/__load') {
    ownPath = asked.path;
    await load(asked);
    return Response.json({});
  }
  if (path === '/__start') {
    const module = (await import(pathToFileURL(asked.file).href)) as Record<string, (...args: unknown[]) => unknown>;
    const start = asked.name ? module[asked.name]! : Object.values(module)[0]!;
    return Response.json((await start(...asked.arguments)) ?? {});
  }
  if (path === '/__trigger') {
    const client = new Client({ baseUrl: process.env.QSTASH_URL, token: process.env.QSTASH_TOKEN });
    return Response.json(await client.trigger(asked));
  }
  if (path === '/__done') return Response.json({ began, calls });
  if (path.startsWith('/__works')) return Response.json({ name: 'Ada' });
  if (path.startsWith('/__fails')) return Response.json({ error: 'out of order' }, { status: 500 });
  if (ownPath.endsWith('[...any]') ? !path.startsWith(ownPath.slice(0, -'[...any]'.length)) : path !== ownPath) return new Response('not here', { status: 404 });
  const handler = handlers.length > 1 ? handlers.shift()! : handlers[0]!;
  const died = new Promise<Response>((resolve) => void (die = resolve));
  const url = `http://${headers.get('host')}${path}`;
  return Promise.race([handler(new Request(url, { body: text, headers, method: 'POST' })), died]);
};

const server = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const response = await answer(incoming.url ?? '/', Buffer.concat(chunks).toString(), headers).catch((error) =>
    Response.json({ error: `${error.name}: ${error.message}` }, { status: 599 }),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
});
server.listen(0, '127.0.0.1', () => {
  process.env.APP_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
