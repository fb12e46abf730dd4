/**
 * Serves the workflow routes of a rendered project, without the weight of Next.js.
 *
 *   tsx host.mts <folder with the routes>      in the project's folder, so that its tsconfig paths hold
 *
 * Listens on PORT, or on a free one. Prints its address, then a line for each console.log of a route.
 * POST /start/<workflowCamel>?runId=<id> starts a workflow as its start command does, with the body as its payload, and
 * answers with the run's id. With ANSWER_TWICE=1 the answer to the first attempt of every delivery is turned into a
 * failure after the work was done: every step is tried again.
 */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Handler = (request: Request) => Promise<Response>;
type Trigger = (payload: unknown, runId?: string) => Promise<{ workflowRunId: string }>;

const folder = resolve(process.argv[2] ?? '.');
const routes = new Map<string, Handler>();
const failing = process.env.ANSWER_TWICE === '1';

/** Through the trigger of the workflow's class. */
const start = async (path: string, payload: unknown): Promise<string> => {
  const { pathname, searchParams } = new URL(path, 'http://host');
  const file = `src/server/workflows/${pathname.slice('/start/'.length)}/index.ts`;
  const module = await import(pathToFileURL(resolve(file)).href);
  const found = Object.entries(module).find(([name]) => name.endsWith('Workflow'));
  const workflow = found?.[1] as Record<string, Trigger>;
  const trigger = Object.getOwnPropertyNames(workflow).find((name) => name.startsWith('triggerProcess'));
  const run = await workflow[trigger!]!(payload, searchParams.get('runId') ?? undefined);
  return run.workflowRunId;
};

const server = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const path = incoming.url ?? '/';
  if (path.startsWith('/start/')) {
    const runId = await start(path, JSON.parse(Buffer.concat(chunks).toString()));
    return outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ runId }));
  }
  const handler = routes.get(path);
  if (!handler) return outgoing.writeHead(404).end(`no route ${path}`);

  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const request = new Request(`http://${incoming.headers.host}${path}`, {
    body: Buffer.concat(chunks),
    headers,
    method: 'POST',
  });
  const response = await handler(request);
  const text = await response.text();
  if (failing && response.ok && headers.get('upstash-retried') === '0') {
    return outgoing.writeHead(500).end('{"error":"Lost","message":"the answer was lost"}');
  }
  return outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(text);
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', async () => {
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.APP_URL = address;
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true });
  for (const file of files.filter((name) => name.endsWith('/route.ts'))) {
    const module = await import(pathToFileURL(resolve(folder, file)).href);
    const POST = (module.POST ?? module.default?.POST) as Handler;
    routes.set(`/api/workflows/${file.replace(/\/route\.ts$/, '')}`, POST);
  }
  console.log(`READY ${address}`);
});
