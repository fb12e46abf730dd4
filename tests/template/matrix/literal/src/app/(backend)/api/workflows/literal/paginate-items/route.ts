import { serve } from '@upstash/workflow/nextjs';
import { chunk } from 'es-toolkit/compat';

import { listItems, LiteralWorkflow, type PaginateItemsPayload } from '@/server/workflows/literal';

const PAGE_SIZE = 50;
const CHUNK_SIZE = 20;

export const { POST } = serve<PaginateItemsPayload>(
  async (context) => {
    const { cursor, itemIds: payloadItemIds } = context.requestPayload ?? {};

    if (payloadItemIds && payloadItemIds.length > 0) {
      await Promise.all(
        payloadItemIds.map((itemId) =>
          context.run(`literal:execute:${itemId}`, () => LiteralWorkflow.triggerExecuteItem({ itemId })),
        ),
      );
      return { success: true, processedItems: payloadItemIds.length };
    }

    const itemBatch = await context.run('literal:get-batch', async () => {
      const ids = listItems(cursor, PAGE_SIZE);
      return { cursor: ids.at(-1), ids };
    });
    if (itemBatch.ids.length === 0) {
      return { success: true, message: 'Pagination complete' };
    }

    const itemIds = await context.run('literal:filter-existing', () =>
      LiteralWorkflow.filterItemsNeedingProcessing(itemBatch.ids),
    );
    if (itemIds.length > CHUNK_SIZE) {
      const chunks = chunk(itemIds, CHUNK_SIZE);
      await Promise.all(
        chunks.map((ids, idx) =>
          context.run(`literal:fanout:${idx + 1}/${chunks.length}`, () =>
            LiteralWorkflow.triggerPaginateItems({ itemIds: ids }),
          ),
        ),
      );
    } else if (itemIds.length > 0) {
      await Promise.all(
        itemIds.map((itemId) =>
          context.run(`literal:execute:${itemId}`, () => LiteralWorkflow.triggerExecuteItem({ itemId })),
        ),
      );
    }

    const nextCursor = itemBatch.cursor;
    if (nextCursor) {
      await context.run('literal:next-page', () => LiteralWorkflow.triggerPaginateItems({ cursor: nextCursor }));
    }
    return { success: true, processedItems: itemIds.length, nextCursor: nextCursor ?? null };
  },
  { flowControl: { key: 'literal.paginate', parallelism: 20, ratePerSecond: 5 } },
);
