// The workflows that vectors.json speaks of. Each is a pair of route function and serve() options.

export const makeWorkflows = ({ WF, base, note, deliveriesOf, z, weather }) => {
  const { WorkflowAbort, WorkflowNonRetryableError, WorkflowRetryAfterError } = WF;

  const step = (context, name, value) =>
    context.run(name, () => {
      note(`step:${name}`);
      return value ?? name;
    });
  const third = (context, status = 200) =>
    context.call('call third', { body: 'x', method: 'POST', url: `${base}/third?status=${status}` });
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const itemId = (context) => context.requestPayload?.itemId;
  const noteFailure = async () => {
    note('failureFunction');
    return 'handled';
  };
  const itemSchema = z.object({ itemId: z.string() });

  /** A step that fails until the weather is fair. */
  const inFairWeather = (context, name) =>
    context.run(name, () => {
      note(`step:${name}`);
      if (!weather.fair) throw new Error('foul weather');
      return name;
    });

  /** A step that nobody waits for. */
  const lose = (context) => void step(context, 'lost', 1);

  let retryAfterCalls = 0;

  const returnEarly = async (context) => {
    note('route');
    if (!itemId(context)) return { error: 'Missing itemId', success: false };
    await step(context, 'work');
    return { success: true };
  };
  const throwEarly = async (context) => {
    note('route');
    if (!itemId(context)) throw new Error('Missing itemId');
    await step(context, 'work');
    return { success: true };
  };
  const nonRetryEarly = async (context) => {
    note('route');
    if (!itemId(context)) throw new WorkflowNonRetryableError('Missing itemId');
    await step(context, 'work');
    return { success: true };
  };
  const schema = async (context) => {
    note('route');
    await step(context, 'work');
    return context.requestPayload;
  };
  const same = (context, value) =>
    context.run('same', () => {
      note('step:same');
      return value;
    });
  // lists that change between deliveries: what happens when the order or the length is not stable
  const odd = (context) => (context.steps?.length ?? 0) % 2 === 1;
  const reordered = (context) => (odd(context) ? [1, 2, 3] : [3, 2, 1]);
  const shrunk = (context) => ((context.steps?.length ?? 0) <= 1 ? [1, 2, 3] : [2, 3, 4]);

  return {
    // returns and errors before the first step
    returnEarly: [returnEarly],
    returnEarlyFF: [returnEarly, { failureFunction: noteFailure }],
    throwEarly: [throwEarly],
    throwEarlyFF: [throwEarly, { failureFunction: noteFailure }],
    nonRetryEarly: [nonRetryEarly],
    nonRetryEarlyFF: [nonRetryEarly, { failureFunction: noteFailure }],
    cancelEarly: [
      async (context) => {
        note('route');
        if (!itemId(context)) {
          await context.cancel();
          return;
        }
        await step(context, 'work');
      },
    ],
    returnAfterStep: [
      async (context) => {
        note('route');
        const valid = await context.run('validate', () => {
          note('step:validate');
          return Boolean(itemId(context));
        });
        if (!valid) return { success: false, error: 'Missing itemId' };
        await step(context, 'work');
        return { success: true };
      },
    ],
    nosteps: [
      async () => {
        note('route');
        return { success: true };
      },
    ],
    dryRunBefore: [
      async (context) => {
        note('route');
        if (context.requestPayload?.dryRun) return { success: true };
        await step(context, 'work');
      },
    ],
    emptyStepName: [async (context) => context.run('', () => 1)],
    emptyArrayPar: [
      async (context) => {
        await Promise.all([].map((name) => step(context, name)));
      },
    ],

    // errors in steps
    nonRetryInStep: [
      async (context) => {
        await context.run('validate', () => {
          note('step:validate');
          throw new WorkflowNonRetryableError('bad');
        });
      },
    ],
    throwInStep: [
      async (context) => {
        await context.run('boom', () => {
          note('step:boom');
          throw new Error('boom');
        });
      },
    ],
    throwInStepFF: [
      async (context) => {
        await step(context, 'ok');
        await context.run('boom', () => {
          note('step:boom');
          throw new Error('boom');
        });
      },
      { failureFunction: noteFailure },
    ],
    retryAfter: [
      async (context) => {
        await context.run('ra', () => {
          note('step:ra');
          if (++retryAfterCalls < 2) throw new WorkflowRetryAfterError('later', 7);
          return 1;
        });
        return 1;
      },
    ],

    // what is caught, and what is let through
    tryCatch: [
      async (context) => {
        note('route');
        try {
          await step(context, 'work');
          return { success: true };
        } catch {
          note('caught');
          return { success: false };
        }
      },
    ],
    tryCatchTwo: [
      async (context) => {
        note('route');
        try {
          await step(context, 'one');
          await step(context, 'two');
          return { success: true };
        } catch {
          note('caught');
          return { success: false };
        }
      },
    ],
    tryCatchRealError: [
      async (context) => {
        note('route');
        await step(context, 'one');
        try {
          await context.run('boom', () => {
            note('step:boom');
            throw new Error('boom');
          });
          return { success: true };
        } catch (error) {
          note('caught');
          return { success: false, error: error.name };
        }
      },
    ],
    tryRethrow: [
      async (context) => {
        note('route');
        try {
          await step(context, 'one');
          await step(context, 'two');
          return { success: true };
        } catch (error) {
          if (error instanceof WorkflowAbort) throw error;
          return { success: false };
        }
      },
    ],
    tryFinally: [
      async (context) => {
        try {
          await step(context, 'one');
          await step(context, 'two');
          return 1;
        } finally {
          note('finally');
        }
      },
    ],
    allSettled: [
      async (context) => {
        note('route');
        const results = await Promise.allSettled([step(context, 'a'), step(context, 'b')]);
        note('settled');
        return results.map((result) => result.status);
      },
    ],
    race: [
      async (context) => {
        const r = await Promise.race([step(context, 'a'), step(context, 'b')]);
        note('race');
        const s = await step(context, 'after');
        return { r, s };
      },
    ],

    // an abort that is caught: the route goes on, or ends the run, while what it published is delivered
    tryCatchSecondOnly: [
      async (context) => {
        note('route');
        await step(context, 'one');
        try {
          await step(context, 'two');
          await step(context, 'three');
          return { success: true };
        } catch (error) {
          note('caught');
          return { success: false, error: error.name };
        }
      },
    ],
    tryCatchContinue: [
      async (context) => {
        note('route');
        try {
          await step(context, 'one');
        } catch {
          note('caught');
        }
        return { b: await step(context, 'two') };
      },
    ],
    promiseCatch: [
      async (context) => {
        note('route');
        const r = await step(context, 'one').catch(() => {
          note('caught');
          return null;
        });
        note('r');
        return { r, s: await step(context, 'two') };
      },
    ],
    allSettledAfter: [
      async (context) => {
        await step(context, 'zero');
        const results = await Promise.allSettled([step(context, 'a'), step(context, 'b')]);
        note('settled');
        return results.map((result) => result.status);
      },
    ],

    // steps that nobody waits for
    notAwaited: [
      async (context) => {
        lose(context);
        return { b: await step(context, 'two') };
      },
    ],
    notAwaitedEnd: [
      async (context) => {
        await step(context, 'one');
        lose(context);
        return { done: true };
      },
    ],
    notAwaitedOnly: [
      async (context) => {
        lose(context);
        return { done: true };
      },
    ],
    notAwaitedForEach: [
      async (context) => {
        await step(context, 'one');
        [1, 2, 3].forEach(async (value) => {
          await step(context, `fe${value}`, value);
        });
        return { done: true };
      },
    ],

    // step names that are not unique
    dupSeq: [
      async (context) => {
        const out = [];
        for (const value of [1, 2, 3]) out.push(await same(context, value));
        note('out');
        return out;
      },
    ],
    dupPar: [
      async (context) => {
        const out = await Promise.all([1, 2, 3].map((value) => same(context, value)));
        note('out');
        return out;
      },
    ],
    dupMixed: [
      async (context) => {
        await context.run('same', () => 'a');
        const out = await Promise.all([1, 2].map((value) => same(context, value)));
        await context.run('same', () => 'z');
        note('out');
        return out;
      },
    ],
    dupReorder: [
      async (context) => {
        const out = await Promise.all(reordered(context).map((value) => same(context, value)));
        note('out');
        return out;
      },
    ],
    uniqReorder: [
      async (context) => Promise.all(reordered(context).map((value) => step(context, `s${value}`, value))),
    ],
    dupShrink: [
      async (context) => {
        const out = await Promise.all(shrunk(context).map((value) => same(context, value)));
        note('out');
        return out;
      },
    ],
    uniqShrink: [
      async (context) => Promise.all(shrunk(context).map((value) => step(context, `s${value}`, value))),
    ],
    dateName: [
      async (context) => {
        for (const _ of [1, 2]) {
          await pause(2);
          await step(context, `step-${Date.now()}`);
        }
      },
    ],
    randomName: [
      async (context) => {
        await step(context, `step-${Math.random()}`);
        await step(context, `step2-${Math.random()}`);
      },
    ],
    randomBranch: [
      async (context) => {
        await step(context, deliveriesOf(context) % 2 ? 'even' : 'odd');
        await step(context, 'end');
        return 1;
      },
    ],
    randomNameOnlyOne: [async (context) => step(context, `step-${Math.random()}`)],

    // steps in steps
    nested: [
      async (context) => {
        await context.run('outer', async () => {
          note('step:outer');
          await step(context, 'inner');
        });
      },
    ],
    nestedLate: [
      async (context) => {
        await context.run('outer', async () => {
          note('step:outer');
          await pause(20);
          await step(context, 'inner');
        });
      },
    ],
    nestedSleep: [
      async (context) => {
        await context.run('outer', async () => {
          note('step:outer');
          await pause(5);
          await context.sleep('nap', 1);
        });
      },
    ],

    // parallel steps
    parallel: [
      async (context) => {
        const r = await Promise.all(['a', 'b', 'c'].map((name) => step(context, name)));
        note('r');
        const z = await step(context, 'z');
        return { r, z };
      },
    ],
    parallelChains: [
      async (context) => {
        const chain = async (name) => step(context, `${name}2`, `${await step(context, `${name}1`)}!`);
        const r = await Promise.all(['a', 'b'].map(chain));
        note('r');
        return r;
      },
    ],

    parallelAwaitBetween: [
      async (context) => {
        const late = async (name) => {
          await pause(5);
          return step(context, name);
        };
        const r = await Promise.all(['a', 'b'].map(late));
        note('r');
        return r;
      },
    ],

    // code outside of steps
    sideEffects: [
      async (context) => {
        note('outside-top');
        await step(context, 'one');
        note('outside-mid');
        await step(context, 'two');
        note('outside-mid2');
        await step(context, 'three');
        note('outside-end');
        return 1;
      },
    ],
    sideEffectsPar: [
      async (context) => {
        note('outside-top');
        await Promise.all(['a', 'b', 'c'].map((name) => step(context, name)));
        note('outside-end');
        return 1;
      },
    ],
    outerVariable: [
      async (context) => {
        let r;
        await context.run('one', () => {
          r = 42;
        });
        note(`r${r ?? ''}`);
        await context.run('two', () => note(`r-in-two${r ?? ''}`));
        return 1;
      },
    ],

    // results and payloads
    serialize: [
      async (context) => {
        class Foo {
          constructor() {
            this.x = 1;
            this.when = new Date(0);
          }
        }
        const seen = {};
        const keep = (name, value) => {
          const kind = value?.constructor?.name;
          seen[name] = value === undefined || value === null ? String(value) : `${kind}:${JSON.stringify(value)}`;
        };
        keep('date', await context.run('date', () => new Date(0)));
        keep('map', await context.run('map', () => new Map([['a', 1]])));
        keep('set', await context.run('set', () => new Set([1])));
        keep('undef', await context.run('undef', () => undefined));
        keep('nul', await context.run('nul', () => null));
        keep('cls', await context.run('cls', () => new Foo()));
        keep('nan', await context.run('nan', () => Number.NaN));
        keep('inf', await context.run('inf', () => Number.POSITIVE_INFINITY));
        keep('objundef', await context.run('objundef', () => ({ a: undefined, b: 1, d: new Date(0) })));
        keep('err', await context.run('err', () => new Error('x')));
        keep('fn', await context.run('fn', () => () => 1));
        keep('strnum', await context.run('strnum', () => '123'));
        keep('strjson', await context.run('strjson', () => '{"a":1}'));
        keep('strbool', await context.run('strbool', () => 'true'));
        keep('emptystr', await context.run('emptystr', () => ''));
        keep('buf', await context.run('buf', () => Buffer.from('ab')));
        note('values');
        return seen;
      },
    ],
    bigint: [
      async (context) =>
        context.run('big', () => {
          note('step:big');
          return 10n;
        }),
    ],
    circular: [
      async (context) =>
        context.run('circ', () => {
          note('step:circ');
          const value = {};
          value.self = value;
          return value;
        }),
    ],
    schema: [schema, { schema: itemSchema }],
    schemaFF: [schema, { failureFunction: noteFailure, schema: itemSchema }],
    parserThrows: [
      async (context) => step(context, 'work'),
      {
        initialPayloadParser: (text) => {
          note('parser');
          const payload = JSON.parse(text);
          if (!payload.itemId) throw new Error('Missing itemId');
          return payload;
        },
      },
    ],
    parserNonRetry: [
      async (context) => step(context, 'work'),
      {
        initialPayloadParser: () => {
          note('parser');
          throw new WorkflowNonRetryableError('Missing itemId');
        },
      },
    ],
    payload: [
      async (context) => {
        note('payload');
        await step(context, 'work');
        return 1;
      },
    ],

    // calls of a third party
    schemaCall: [
      async (context) => {
        note('route');
        await third(context);
        note('after-call');
        return 1;
      },
      { schema: itemSchema },
    ],
    validateThenCall: [
      async (context) => {
        note('route');
        if (!itemId(context)) return { success: false };
        await third(context);
        note('after-call');
        return { success: true };
      },
    ],
    nonRetryThenCall: [
      async (context) => {
        note('route');
        if (!itemId(context)) throw new WorkflowNonRetryableError('Missing itemId');
        await third(context);
        note('after-call');
        return { success: true };
      },
    ],
    validateThenCallStep: [
      async (context) => {
        const payload = await context.run('payload', () => context.requestPayload ?? {});
        note('route');
        if (!payload.itemId) throw new WorkflowNonRetryableError('Missing itemId');
        await third(context);
        note('after-call');
        return { success: true };
      },
    ],

    // not in vectors.json: triggers, events, flow control, the order of calls
    basic: [
      async (context) => {
        const one = await step(context, 'one', 1);
        const two = await step(context, 'two', one + 1);
        await step(context, 'three', two + 1);
        return { ok: true, b: two };
      },
    ],
    trigger: [
      async (context) => {
        const client = new WF.Client({ baseUrl: process.env.QSTASH_URL, token: process.env.QSTASH_TOKEN });
        await context.run('trig', () => client.trigger({ body: { itemId: '1' }, url: `${base}/basic` }));
        return 1;
      },
    ],
    size: [async (context) => step(context, 'length', JSON.stringify(context.requestPayload).length)],
    callStatus: [
      async (context) => {
        const answer = await third(context, context.requestPayload);
        return { status: answer.status };
      },
    ],
    wait: [
      async (context) => {
        const { eventData, timeout } = await context.waitForEvent('wait', 'event.a', { timeout: '1h' });
        return { eventData: eventData ?? null, timeout };
      },
    ],
    lookBack: [
      async (context) => {
        await context.sleep('nap', 60);
        return context.waitForEvent('wait', 'event.b', { timeout: '1h' });
      },
    ],
    lookBackTwice: [
      async (context) => {
        await context.sleep('nap', 60);
        const first = await context.waitForEvent('wait 1', 'event.c', { timeout: '1h' });
        const second = await context.waitForEvent('wait 2', 'event.c', { timeout: '1h' });
        return [first.eventData, second.eventData];
      },
    ],
    parent: [
      async (context) => {
        const result = await context.invoke('child', {
          body: {},
          url: `${base}/${context.requestPayload}`,
          workflow: { workflowId: context.requestPayload, routeFunction: async () => {} },
        });
        return result;
      },
    ],
    webhook: [
      async (context) => {
        const hook = await context.createWebhook('hook');
        const { request, timeout } = await context.waitForWebhook('called', hook, '1h');
        if (timeout) return 'nobody called';
        return context.run('read', () => request.text());
      },
    ],
    flow: [
      async (context) => {
        await step(context, 'one');
        await Promise.all([step(context, 'pa'), step(context, 'pb')]);
        await context.sleep('nap', 1);
        await third(context);
        await context.waitForEvent('wait', 'event.flow', { timeout: '1s' });
        return 'done';
      },
      { flowControl: { key: 'serve.key', parallelism: 10, rate: 5, ratePerSecond: 5 }, retries: 5 },
    ],

    // what fails can be mended
    mendable: [
      async (context) => {
        const one = await step(context, 'one', { n: 1 });
        const two = await inFairWeather(context, 'two');
        return [one, two, await step(context, 'three'), context.label];
      },
      {
        failureFunction: async () => {
          note('failureFunction');
          if (!weather.fair) throw new Error('foul weather');
        },
      },
    ],
    mendableGroup: [
      async (context) => {
        const group = [
          step(context, 'left'),
          inFairWeather(context, 'right'),
          context.sleep('nap', 5),
          third(context),
          context.waitForEvent('event', 'event.mend', { timeout: '1d' }),
        ];
        const [left, right, , called, { eventData, timeout }] = await Promise.all(group);
        return [left, right, called.status, eventData, timeout, await step(context, 'after')];
      },
    ],
    sleepy: [
      async (context) => {
        await step(context, 'one', { a: 1 });
        await context.sleep('nap', 2);
        return step(context, 'two');
      },
    ],
    slowSteps: [
      async (context) => {
        for (const number of [0, 1, 2]) {
          await context.run(`step ${number}`, async () => {
            note(`begin:${itemId(context)}${number}`);
            await pause(20);
            note(`end:${itemId(context)}${number}`);
          });
        }
      },
    ],
    flowPlain: [
      async (context) => {
        await step(context, 'one');
        await Promise.all([step(context, 'pa'), step(context, 'pb')]);
        await context.sleep('nap', 1);
        await third(context);
        await context.waitForEvent('wait', 'event.flow', { timeout: '1s' });
        return 'done';
      },
    ],
  };
};
