import { serve } from '@upstash/workflow/nextjs';

import { listItems, LiteralWorkflow, type ProcessItemsPayload } from '@/server/workflows/literal';

export const { POST } = serve<ProcessItemsPayload>(
  async (context) => {
    const { dryRun } = context.requestPayload ?? {};

    const allItemIds = await context.run('literal:get-all-items', async () => listItems());
    if (allItemIds.length === 0) {
      return { success: true, totalEligible: 0, message: 'No eligible items found' };
    }

    const itemsNeedingProcessing = await context.run('literal:filter-existing', () =>
      LiteralWorkflow.filterItemsNeedingProcessing(allItemIds),
    );
    const result = {
      success: true,
      totalEligible: allItemIds.length,
      toProcess: itemsNeedingProcessing.length,
      alreadyProcessed: allItemIds.length - itemsNeedingProcessing.length,
    };
    if (dryRun) {
      return { ...result, dryRun: true, message: `[DryRun] Would process ${itemsNeedingProcessing.length} items` };
    }
    if (itemsNeedingProcessing.length === 0) {
      return { ...result, message: 'All items already processed' };
    }

    await context.run('literal:trigger-paginate', () => LiteralWorkflow.triggerPaginateItems({}));
    return { ...result, message: `Triggered pagination for ${itemsNeedingProcessing.length} items` };
  },
  { flowControl: { key: 'literal.process', parallelism: 1, ratePerSecond: 1 } },
);
