// Starts one workflow with the real client: the request's options come as JSON in the first argument.

import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages, options] = process.argv.slice(2);
const { Client } = createRequire(join(packages, 'package.json'))('@upstash/workflow');
const client = new Client({ baseUrl: process.env.QSTASH_URL, token: process.env.QSTASH_TOKEN });
await client.trigger(JSON.parse(options));
