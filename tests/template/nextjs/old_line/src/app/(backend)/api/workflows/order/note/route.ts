import { serve } from '@upstash/workflow/nextjs';

import { ATTEMPTS } from '@/server/workflows/order/limits';

export const { POST } = serve<{ id: string }>(
  async (context) => {
    const id = await context.run('order:check', () => context.requestPayload.id);
    await context.run('order:note', () => console.log('noted', id));
  },
  { retries: ATTEMPTS },
);
