import { serve } from '@upstash/workflow/nextjs';

import { type ExecuteItemPayload, listItems, LiteralWorkflow } from '@/server/workflows/literal';

export const { POST } = serve<ExecuteItemPayload>(
  async (context) => {
    const { itemId } = context.requestPayload ?? {};
    if (!itemId) {
      return { success: false, error: 'Missing itemId' };
    }

    const item = await context.run('literal:get-item', async () => listItems().find((id) => id === itemId));
    if (!item) {
      return { success: false, error: 'Item not found' };
    }

    const result = await context.run('literal:process-item', () => new LiteralWorkflow(item).generate());
    await context.run('literal:save-result', () => new LiteralWorkflow(item).saveResult(result));

    return { success: true, itemId, result };
  },
  { flowControl: { key: 'literal.execute', parallelism: 10, ratePerSecond: 5 } },
);
