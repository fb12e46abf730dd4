import { serve } from '@upstash/workflow/nextjs';

import { OrderWorkflow, SHIP_FLOW } from '@/server/workflows/order';

export const { POST } = serve<{ id: string }>(
  async (context) => {
    const id = await context.run('order:check', () => context.requestPayload.id);
    await context.run('order:bill', () => OrderWorkflow.bill(id));
  },
  {
    // in parallel, but not too much
    flowControl: SHIP_FLOW,
    retries: 1,
  },
);
