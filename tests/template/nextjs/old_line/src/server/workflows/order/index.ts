/** Orders that are shipped, billed and noted, as it was written for the SDK's old line. */
import { Client } from '@upstash/workflow';

export const SHIP_FLOW = { key: 'order.ship', parallelism: 2 };

const url = (path: string) => `${process.env.APP_URL}/api/workflows/order/${path}`;

export class OrderWorkflow {
  private static getClient() {
    return new Client({ baseUrl: process.env.QSTASH_URL!, token: process.env.QSTASH_TOKEN! });
  }

  static async triggerProcess(payload: { ids?: string[] }) {
    const [first] = await this.getClient().trigger(
      (payload.ids ?? ['a', 'b']).map((id) => ({
        body: { id },
        keepTriggerConfig: true,
        url: `${process.env.APP_URL}/api/workflows/order/ship`,
      })),
    );
    return first!;
  }

  static bill(id: string) {
    return this.getClient().trigger({
      body: { id }, // the order
      flowControl: { key: 'order.bill', parallelism: 3 },
      url: url('bill'),
      useFailureFunction: true
    });
  }

  static note(id: string) {
    return this.getClient().trigger({ body: { id }, url: url('note') });
  }
}
