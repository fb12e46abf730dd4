/** The written guide taken by its letter, as a measure for what is generated; items and results live in memory. */
import { Client } from '@upstash/workflow';
import debug from 'debug';

const log = debug('lobe-server:workflows:literal');

const WORKFLOW_PATHS = {
  executeItem: '/api/workflows/literal/execute-item',
  paginateItems: '/api/workflows/literal/paginate-items',
  processItems: '/api/workflows/literal/process-items',
} as const;

export interface ProcessItemsPayload {
  dryRun?: boolean;
  force?: boolean;
}

export interface PaginateItemsPayload {
  cursor?: string;
  itemIds?: string[];
}

export interface ExecuteItemPayload {
  itemId: string;
}

const rows = Array.from({ length: Number(process.env.DEMO_ROWS) }, (_, n) => `item-${String(n + 1).padStart(4, '0')}`);
const saved = new Map<string, string>();

/** The rows above a cursor, in their order. */
export const listItems = (cursor = '', limit = Infinity) => rows.filter((id) => id > cursor).slice(0, limit);

const getWorkflowUrl = (path: string): string => {
  const baseUrl = process.env.APP_URL;
  if (!baseUrl) throw new Error('APP_URL is required to trigger workflows');
  return new URL(path, baseUrl).toString();
};

const getWorkflowClient = (): Client => {
  const token = process.env.QSTASH_TOKEN;
  if (!token) throw new Error('QSTASH_TOKEN is required to trigger workflows');
  const config: ConstructorParameters<typeof Client>[0] = { token };
  if (process.env.QSTASH_URL) {
    (config as Record<string, unknown>).url = process.env.QSTASH_URL;
  }
  return new Client(config);
};

export class LiteralWorkflow {
  private static client: Client;

  private static getClient(): Client {
    if (!this.client) this.client = getWorkflowClient();
    return this.client;
  }

  constructor(private readonly itemId: string) {}

  static triggerProcessItems(payload: ProcessItemsPayload) {
    log('Triggering process-items workflow');
    return this.getClient().trigger({ body: payload, url: getWorkflowUrl(WORKFLOW_PATHS.processItems) });
  }

  static triggerPaginateItems(payload: PaginateItemsPayload) {
    log('Triggering paginate-items workflow');
    return this.getClient().trigger({ body: payload, url: getWorkflowUrl(WORKFLOW_PATHS.paginateItems) });
  }

  static triggerExecuteItem(payload: ExecuteItemPayload) {
    log('Triggering execute-item workflow: %s', payload.itemId);
    return this.getClient().trigger({ body: payload, url: getWorkflowUrl(WORKFLOW_PATHS.executeItem) });
  }

  static async filterItemsNeedingProcessing(itemIds: string[]): Promise<string[]> {
    return itemIds.filter((id) => !saved.has(id));
  }

  async generate(): Promise<string> {
    return `Hello, ${this.itemId}`;
  }

  async saveResult(result: string): Promise<void> {
    saved.set(this.itemId, result);
  }
}
