import { type WorkflowContext } from '@upstash/qstash/workflow';
import { serve } from '@upstash/qstash/nextjs';

export const POST = serve<string>(async (context: WorkflowContext<string>) => {
  await context.run('order:greet', () => console.log('greeted', context.requestPayload));
});
