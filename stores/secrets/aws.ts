import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  type SecretStore,
  SecretStoreError,
  type SecretVersion,
  type SecretVersionInfo,
} from '../../domain/ports/secretStore.ts';
import { awsFailure, factsOf } from './awsFailure.ts';
import {
  describeSecret,
  holderOf,
  keepPending,
  keepVersion,
  labels,
  listVersions,
  releaseVersion,
  removedTag,
  type SecretState,
  type Send,
} from './awsVersions.ts';
import { checkNames, fromContent, sameContent, toContent } from './content.ts';

/** Days in which a removed secret can be restored; AWS's default and maximum. */
const recoveryDays = 30;
/** A name that is never written; describing it tells whether the store may be used. */
const checkedName = 'smart/registrar-check';

interface AwsSecretStoreOptions {
  /** Tests give one; by default the SDK's own variables decide on region, endpoint and credentials. */
  readonly client?: SecretsManagerClient;
  /** Milliseconds for one operation with all its requests and retries. */
  readonly deadline?: number;
}

function createClient(): SecretsManagerClient {
  return new SecretsManagerClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 6_000, throwOnRequestTimeout: true },
  });
}

/** AWS Secrets Manager. Its version ids are ours (`ClientRequestToken`), its staging labels our stages. */
export function createAwsSecretStore(options: AwsSecretStoreOptions = {}): SecretStore {
  const client = options.client ?? createClient();
  const deadline = options.deadline ?? 20_000;

  /** One operation: all its requests end by one deadline, and nothing but a SecretStoreError comes out. */
  async function operation<Result>(action: string, work: (send: Send) => Promise<Result>): Promise<Result> {
    const abortSignal = AbortSignal.timeout(deadline);
    const send = client.send.bind(client) as SecretsManagerClient['send'];
    try {
      return await work(((command: Parameters<Send>[0]) => send(command, { abortSignal })) as Send);
    } catch (error) {
      throw awsFailure(action, error);
    }
  }

  return {
    kind: 'aws',

    put: (name, versionId, value, tags = {}) =>
      operation(`store secret ${name}`, async (send) => {
        checkNames(name, versionId);
        const content = toContent(name, value);
        const request = { name, versionId, content, tags };
        const state = (await describeSecret(send, name)) ?? (await create(send, request));
        if (state !== null) await putVersion(send, request, state);
      }),

    promote: (name, versionId, expectedCurrent) =>
      operation(`promote a version of secret ${name}`, async (send) => {
        const state = await describeSecret(send, name);
        if (state === null || state.deletionPending)
          throw new SecretStoreError('not-found', `there is no secret ${name}`);
        await makeCurrent(send, name, versionId, expectedCurrent, state);
      }),

    keep: (name, versionId) =>
      operation(`keep a version of secret ${name}`, async (send) => {
        if ((await readVersion(send, name, { VersionId: versionId })) === null)
          throw new SecretStoreError('not-found', `secret ${name} has no version ${versionId}`);
        await keepVersion(send, name, versionId);
      }),

    release: (name, versionId) =>
      operation(`let go of a version of secret ${name}`, async (send) => {
        const state = await describeSecret(send, name);
        if (state === null || state.deletionPending) return;
        await releaseVersion(send, name, versionId, state);
      }),

    get: (name, which) =>
      operation(`read secret ${name}`, async (send): Promise<SecretVersion | null> => {
        const found = await readVersion(
          send,
          name,
          'versionId' in which ? { VersionId: which.versionId } : { VersionStage: labels[which.stage] },
        );
        return found === null ? null : { versionId: found.versionId, value: fromContent(name, found.content) };
      }),

    describe: (name) =>
      operation(`describe secret ${name}`, async (send): Promise<SecretVersionInfo[] | null> => {
        const state = await describeSecret(send, name);
        return state === null || state.deletionPending ? null : await listVersions(send, name);
      }),

    remove: (name) =>
      operation(`remove secret ${name}`, async (send) => {
        const state = await describeSecret(send, name);
        if (state === null || state.deletionPending) return;
        await send(new TagResourceCommand({ SecretId: name, Tags: [{ Key: removedTag, Value: 'true' }] }));
        await send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryDays }));
      }),

    check: () =>
      operation('reach the store', async (send) => {
        await describeSecret(send, checkedName);
      }),
  };
}

interface PutRequest {
  readonly name: string;
  readonly versionId: string;
  readonly content: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** @returns null when created, the state when another put was first. */
async function create(send: Send, request: PutRequest): Promise<SecretState | null> {
  const tags = { ...request.tags, 'managed-by': 'smart-registrar' };
  try {
    await send(
      new CreateSecretCommand({
        Name: request.name,
        ClientRequestToken: request.versionId,
        SecretString: request.content,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    return null;
  } catch (error) {
    if (factsOf(error).name !== 'ResourceExistsException') throw error;
    const state = await describeSecret(send, request.name);
    if (state === null)
      throw new SecretStoreError('unavailable', `AWS Secrets Manager does not yet show secret ${request.name}`);
    return state;
  }
}

async function putVersion(send: Send, request: PutRequest, state: SecretState): Promise<void> {
  const { name, versionId, content } = request;
  if (state.deletionPending) await send(new RestoreSecretCommand({ SecretId: name }));
  const existing = state.versions.has(versionId) ? await readVersion(send, name, { VersionId: versionId }) : null;
  if (existing !== null && !sameContent(name, existing.content, content)) throw otherContent(request);
  if (existing === null) {
    await keepPending(send, name, versionId, state);
    await writeVersion(send, request);
  }
  if (!state.removed) return;
  const restored = await describeSecret(send, name);
  if (restored === null || restored.deletionPending)
    throw new SecretStoreError('unavailable', `AWS Secrets Manager does not yet show secret ${name} as restored`);
  await makeCurrent(send, name, versionId, holderOf(restored, 'current'), restored);
  await send(new UntagResourceCommand({ SecretId: name, TagKeys: [removedTag] }));
}

const otherContent = ({ name, versionId }: PutRequest) =>
  new SecretStoreError('conflict', `version ${versionId} of secret ${name} exists with other content`);

async function writeVersion(send: Send, request: PutRequest): Promise<void> {
  try {
    await send(
      new PutSecretValueCommand({
        SecretId: request.name,
        ClientRequestToken: request.versionId,
        SecretString: request.content,
        VersionStages: [labels.pending],
      }),
    );
  } catch (error) {
    if (factsOf(error).name === 'ResourceExistsException') throw otherContent(request);
    throw error;
  }
}

async function readVersion(
  send: Send,
  name: string,
  which: { VersionId: string } | { VersionStage: string },
): Promise<{ versionId: string; content: string } | null> {
  try {
    const answer = await send(new GetSecretValueCommand({ SecretId: name, ...which }));
    return { versionId: answer.VersionId ?? '', content: answer.SecretString ?? '' };
  } catch (error) {
    const failure = factsOf(error).name;
    if (failure === 'ResourceNotFoundException') return null;
    if (failure !== 'InvalidRequestException') throw error;
    const state = await describeSecret(send, name);
    if (state === null || state.deletionPending) return null;
    throw error;
  }
}

/** Moves AWSCURRENT to a version, which loses AWSPENDING and the label of what is kept where it had them. Repeatable. */
async function makeCurrent(
  send: Send,
  name: string,
  versionId: string,
  expectedCurrent: string | null,
  state: SecretState,
): Promise<void> {
  if (holderOf(state, 'current') !== versionId) await moveCurrent(send, name, versionId, expectedCurrent, state);
  await releaseVersion(send, name, versionId, state);
  if (holderOf(state, 'pending') !== versionId) return;
  const label = { SecretId: name, VersionStage: labels.pending };
  await send(new UpdateSecretVersionStageCommand({ ...label, RemoveFromVersionId: versionId }));
}

/** Compare-and-swap of AWSCURRENT; AWS itself moves AWSPREVIOUS to the former current version. */
async function moveCurrent(
  send: Send,
  name: string,
  versionId: string,
  expectedCurrent: string | null,
  state: SecretState,
): Promise<void> {
  const conflict = new SecretStoreError('conflict', `another version of secret ${name} is current than was expected`);
  if (!state.versions.has(versionId) && (await readVersion(send, name, { VersionId: versionId })) === null)
    throw new SecretStoreError('not-found', `secret ${name} has no version ${versionId}`);
  if (holderOf(state, 'current') !== expectedCurrent) throw conflict;
  try {
    await send(
      new UpdateSecretVersionStageCommand({
        SecretId: name,
        VersionStage: labels.current,
        MoveToVersionId: versionId,
        ...(expectedCurrent === null ? {} : { RemoveFromVersionId: expectedCurrent }),
      }),
    );
  } catch (error) {
    if (!['InvalidParameterException', 'InvalidRequestException'].includes(factsOf(error).name)) throw error;
    const now = await describeSecret(send, name);
    const current = now === null ? null : holderOf(now, 'current');
    if (current === versionId) return;
    throw current === expectedCurrent ? error : conflict;
  }
}
