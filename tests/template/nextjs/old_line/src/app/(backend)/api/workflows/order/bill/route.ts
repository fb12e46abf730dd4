import { serve } from '@upstash/workflow/nextjs';

import { OrderWorkflow } from '@/server/workflows/order';
import { ATTEMPTS, BILLING } from '@/server/workflows/order/limits';

export const { POST } = serve<{ id: string }>(
  async (context) => {
    const id = await context.run('order:check', () => context.requestPayload.id);
    const order = { id, total: 3 };
    const { status } = await context.call('order:send', {
      body: order,
      method: 'POST',
      url: `${process.env.RECEIVER_URL}/object`,
    });
    const { status: second } = await context.call('order:tell', {
      body: 'told',
      method: 'POST',
      stringifyBody: false,
      url: `${process.env.RECEIVER_URL}/text`,
    });
    await context.run('order:note', () => OrderWorkflow.note(`${id}:${status}:${second}`));
  },
  { flowControl: BILLING, retries: ATTEMPTS, failureFunction: async () => 'failed' },
);
