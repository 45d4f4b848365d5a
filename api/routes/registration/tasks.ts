import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type TaskChange, taskStates, taskTextLimits } from '../../../domain/people/tasks/task.ts';
import type { ApiDependencies } from '../../dependencies.ts';
import { registrationOf } from '../../plugins/authorization.ts';
import { type Fault, fault, refuseFaults } from '../../problems/faults.ts';
import { type Actions, action } from '../../requests/actions.ts';
import { playbookOf, taskVendorOf } from '../../requests/playbookOf.ts';
import { instant, reasonText } from '../../schemas/common.ts';
import { contract } from '../../schemas/contract.ts';

/** One line, without what a terminal or a page would not show as it is. */
const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must be one line of text without control characters')
    .nullable()
    .optional();

const taskBody = z
  .strictObject({
    state: z
      .enum(taskStates)
      .optional()
      .describe('`submitted`: handed in; `verified`: the vendor or health system said that you are who you are'),
    owner: line(taskTextLimits.owner).describe('Who carries it out; null removes'),
    reference: line(taskTextLimits.reference).describe('Number of the request at the vendor; null removes'),
    submittedAt: instant.optional().describe('Now when it is left out'),
    verifiedAt: instant.optional().describe('Now when it is left out'),
    note: line(taskTextLimits.note).describe('No secrets: everybody who sees the registration reads it'),
    reason: reasonText.optional(),
  })
  .refine((body) => Object.keys(body).some((member) => member !== 'reason'), 'must change something');

/** A clock that goes ahead by a little is no lie. */
const tolerance = 5 * 60_000;

/** Noting the progress of what a person carries out. */
export const taskRoutes: FastifyPluginAsyncZod<{ dependencies: ApiDependencies; actions: Actions }> = async (
  app,
  { dependencies: { playbooks, clock }, actions },
) => {
  app.patch('/v1/registrations/:registrationId/task', {
    ...contract({
      ...action('updateTask', 'Notes the progress of what a person carries out', 'operator'),
      body: taskBody,
    }),
    handler: (request, reply) => {
      const { reason, submittedAt, verifiedAt, ...rest } = request.body;
      const times = { submittedAt, verifiedAt };
      refuseFaults(futureFaults(times, clock.now()));
      const change: TaskChange = {
        ...withoutMissing({
          ...rest,
          submittedAt: millisecondsOf(submittedAt),
          verifiedAt: millisecondsOf(verifiedAt),
        }),
        vendor: taskVendorOf(playbookOf(playbooks, registrationOf(request))),
      };
      return actions.accept(request, reply, { kind: 'updateTask', reason, details: change });
    },
  });
};

function futureFaults(times: Readonly<Record<string, string | undefined>>, now: number): Fault[] {
  return Object.entries(times).flatMap(([name, time]) =>
    time !== undefined && Date.parse(time) > now + tolerance
      ? [fault('validation-failed', `/${name}`, 'is in the future; give the time at which it happened')]
      : [],
  );
}

function millisecondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

type Present<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };

function withoutMissing<Members extends object>(members: Members): Present<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<Members>;
}
