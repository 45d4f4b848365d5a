import { Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { Part } from './scanner.ts';

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;
const encrypted = 'binary/encrypted';

export interface Histories {
  /** As the server stores and shows them. */
  readonly raw: Part[];
  /** Every payload in them, opened with the codec's key. */
  readonly decoded: Part[];
  readonly workflows: number;
}

/** The whole history of every run in a namespace, with what the server tells of the run besides (memo, pending work). */
export async function collectHistories(address: string, namespace: string, codec: PayloadCodec): Promise<Histories> {
  const connection = await Connection.connect({ address });
  try {
    const raw: Part[] = [];
    const decoded: Part[] = [];
    const executions = await allExecutions(connection, namespace);
    for (const { workflowId, runId } of executions) {
      const source = `${workflowId} ${runId}`;
      const execution = { workflowId, runId };
      const events = await allEvents(connection, namespace, execution);
      const described = await connection.workflowService.describeWorkflowExecution({ namespace, execution });
      raw.push({ source, bytes: History.encode({ events }).finish() });
      raw.push({ source, bytes: DescribeWorkflowExecutionResponse.encode(described).finish() });
      for (const payload of [...payloadsIn(events), ...payloadsIn(described)])
        decoded.push({ source, bytes: await open(payload, codec, namespace, workflowId) });
    }
    return { raw, decoded, workflows: new Set(executions.map(({ workflowId }) => workflowId)).size };
  } finally {
    await connection.close();
  }
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** Visibility shows them a moment late: whoever calls waits until it sees what it expects. */
export async function allExecutions(connection: Connection, namespace: string): Promise<Execution[]> {
  const found: Execution[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await connection.workflowService.listWorkflowExecutions({ namespace, nextPageToken });
    found.push(
      ...page.executions.map(({ execution }) => ({
        workflowId: execution?.workflowId ?? '',
        runId: execution?.runId ?? '',
      })),
    );
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  return found;
}

async function allEvents(connection: Connection, namespace: string, execution: Execution) {
  const events: proto.temporal.api.history.v1.IHistoryEvent[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await connection.workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  return events;
}

/** Every payload anywhere below a message. */
function payloadsIn(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata, data } = value as { metadata?: unknown; data?: unknown };
  if (typeof metadata === 'object' && metadata !== null && data instanceof Uint8Array) return [value as Payload];
  return Object.values(value).flatMap(payloadsIn);
}

/** The plain payload, metadata included. A payload that was not encrypted is taken as it is. */
async function open(payload: Payload, codec: PayloadCodec, namespace: string, workflowId: string): Promise<Uint8Array> {
  const isOurs = Buffer.from(payload.metadata?.['encoding'] ?? []).toString() === encrypted;
  const context = { type: 'workflow' as const, namespace, workflowId };
  const [opened] = isOurs ? await codec.decode([payload], context) : [payload];
  const parts = [...Object.values(opened?.metadata ?? {}), opened?.data ?? new Uint8Array()];
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\n')]));
}
