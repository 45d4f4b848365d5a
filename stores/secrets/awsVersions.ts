import {
  DescribeSecretCommand,
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { mostKept, type SecretStage, type SecretVersionInfo } from '../../domain/ports/secretStore.ts';
import { factsOf } from './awsFailure.ts';

export const labels = {
  pending: 'AWSPENDING',
  current: 'AWSCURRENT',
  previous: 'AWSPREVIOUS',
} as const satisfies Record<SecretStage, string>;
const stageNames = Object.keys(labels) as SecretStage[];

/** A label of its own for each version that is kept. */
const keptLabel = (versionId: string) => `smart-registrar-kept-${versionId}`;

/**
 * Written before a secret is removed and taken away once a new version is current: a put that died between restoring
 * and writing then still knows that the current version is the one of a client that is gone.
 */
export const removedTag = 'smart-registrar-removed';

export type Send = SecretsManagerClient['send'];

/** What AWS says of a secret, without its values. */
export interface SecretState {
  /** Deletion is pending, or was when the last put began. */
  readonly removed: boolean;
  readonly deletionPending: boolean;
  /** Labels by version id; versions without a label are not listed. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

export function holderOf(state: SecretState, stage: SecretStage): string | null {
  for (const [versionId, held] of state.versions) if (held.includes(labels[stage])) return versionId;
  return null;
}

export async function describeSecret(send: Send, name: string): Promise<SecretState | null> {
  try {
    const answer = await send(new DescribeSecretCommand({ SecretId: name }));
    const deletionPending = answer.DeletedDate !== undefined;
    const marked = (answer.Tags ?? []).some((tag) => tag.Key === removedTag);
    return {
      removed: deletionPending || marked,
      deletionPending,
      versions: new Map(Object.entries(answer.VersionIdsToStages ?? {})),
    };
  } catch (error) {
    if (factsOf(error).name === 'ResourceNotFoundException') return null;
    throw error;
  }
}

export async function listVersions(send: Send, name: string): Promise<SecretVersionInfo[]> {
  const versions: SecretVersionInfo[] = [];
  let token: string | undefined;
  do {
    const answer = await send(
      new ListSecretVersionIdsCommand({
        SecretId: name,
        MaxResults: 100,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const version of answer.Versions ?? []) {
      const stages = stageNames.filter((stage) => version.VersionStages?.includes(labels[stage]));
      if (version.VersionId === undefined) continue;
      const kept = version.VersionStages?.includes(keptLabel(version.VersionId)) === true;
      if (stages.length === 0 && !kept) continue;
      versions.push({ versionId: version.VersionId, stages, kept, createdAt: version.CreatedDate?.getTime() ?? 0 });
    }
    token = answer.NextToken;
    // moto ends with an empty token.
  } while (token);
  return versions;
}

/** Repeatable. */
export async function keepVersion(send: Send, name: string, versionId: string): Promise<void> {
  const label = { SecretId: name, VersionStage: keptLabel(versionId) };
  await send(new UpdateSecretVersionStageCommand({ ...label, MoveToVersionId: versionId }));
}

/** Repeatable. */
export async function releaseVersion(send: Send, name: string, versionId: string, state: SecretState): Promise<void> {
  if (!isKept(state, versionId)) return;
  const label = { SecretId: name, VersionStage: keptLabel(versionId) };
  await send(new UpdateSecretVersionStageCommand({ ...label, RemoveFromVersionId: versionId }));
}

/**
 * Before AWSPENDING moves to a new version: the one that has it would be left without any label, and AWS promises
 * nothing for such a version.
 */
export async function keepPending(send: Send, name: string, versionId: string, state: SecretState): Promise<void> {
  const pending = holderOf(state, 'pending');
  if (pending === null || pending === versionId || isKept(state, pending)) return;
  await makeRoom(send, name, state);
  await keepVersion(send, name, pending);
}

/** A label beyond those that AWS takes would be refused, and with it the new secret. */
async function makeRoom(send: Send, name: string, state: SecretState): Promise<void> {
  const kept = [...state.versions.keys()].filter((versionId) => isKept(state, versionId));
  if (kept.length < mostKept) return;
  const created = new Map((await listVersions(send, name)).map((version) => [version.versionId, version.createdAt]));
  const oldestFirst = kept.toSorted((one, other) => (created.get(one) ?? 0) - (created.get(other) ?? 0));
  for (const versionId of oldestFirst.slice(0, kept.length - mostKept + 1))
    await releaseVersion(send, name, versionId, state);
}

const isKept = ({ versions }: SecretState, versionId: string) =>
  versions.get(versionId)?.includes(keptLabel(versionId)) === true;
