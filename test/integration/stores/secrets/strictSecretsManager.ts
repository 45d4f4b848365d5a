import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * AWS Secrets Manager's documented semantics where moto is lax: a reused token with other content is refused on put
 * and on create, a label leaves its former holder, AWSPREVIOUS is on one version, compare-and-swap is checked, the first
 * version is AWSCURRENT whatever is asked, and a secret whose deletion is pending answers InvalidRequestException.
 */
interface Secret {
  readonly contents: Map<string, string>;
  readonly stages: Map<string, Set<string>>;
  /** Milliseconds since the epoch, by version id. */
  readonly created: Map<string, number>;
  readonly tags: Map<string, string>;
  deletedAt: number | null;
}

interface Request {
  readonly SecretId?: string;
  readonly Name?: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly VersionStages?: string[];
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
  readonly Tags?: { Key: string; Value: string }[];
  readonly TagKeys?: string[];
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

export class StrictSecretsManager {
  readonly secrets = new Map<string, Secret>();
  /** Names of the calls, oldest first. */
  readonly calls: string[] = [];
  /** Versions without a label are gone at once; AWS gives them no promise at all. */
  dropsUnlabelled = false;
  /** Labels that one secret had at a time, at most. */
  mostLabels = 0;
  #now = Date.now();
  /** Called before each request is carried out; throwing ends the connection. */
  before: (action: string) => void = () => undefined;
  /** Called after it was carried out; throwing loses the answer. */
  after: (action: string) => void = () => undefined;

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  client(maxAttempts = 1): SecretsManagerClient {
    return new SecretsManagerClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts,
      requestHandler: {
        handle: async (request: { headers: Record<string, string>; body: string | Uint8Array }) => {
          const action = (request.headers['x-amz-target'] ?? '').replace('secretsmanager.', '');
          const { status, body } = this.#answer(action, JSON.parse(Buffer.from(request.body).toString()) as Request);
          return {
            response: {
              statusCode: status,
              headers: { 'content-type': 'application/x-amz-json-1.1' },
              body: Readable.from([Buffer.from(JSON.stringify(body))]),
            },
          };
        },
      } as never,
    });
  }

  #answer(action: string, request: Request): { status: number; body: unknown } {
    this.before(action);
    this.calls.push(action);
    try {
      const body = this.#carryOut(action, request);
      if (this.dropsUnlabelled) for (const secret of this.secrets.values()) this.#drop(secret);
      this.after(action);
      return { status: 200, body };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: 400, body: { __type: error.type, message: `refused ${request.SecretString ?? ''}` } };
    }
  }

  #drop(secret: Secret): void {
    const labelled = new Set([...secret.stages.values()].flatMap((holders) => [...holders]));
    for (const versionId of secret.contents.keys()) if (!labelled.has(versionId)) secret.contents.delete(versionId);
  }

  #carryOut(action: string, request: Request): unknown {
    switch (action) {
      case 'CreateSecret':
        return this.#create(request);
      case 'PutSecretValue':
        return this.#put(request);
      case 'UpdateSecretVersionStage':
        return this.#moveStage(request);
      case 'GetSecretValue':
        return this.#read(request);
      case 'DescribeSecret':
        return this.#describe(request);
      case 'ListSecretVersionIds':
        return this.#list(request);
      case 'TagResource':
        for (const tag of request.Tags ?? []) this.#live(request).tags.set(tag.Key, tag.Value);
        return {};
      case 'UntagResource':
        for (const key of request.TagKeys ?? []) this.#live(request).tags.delete(key);
        return {};
      case 'DeleteSecret':
        this.#live(request).deletedAt = Date.now();
        return {};
      case 'RestoreSecret':
        this.#find(request).deletedAt = null;
        return {};
      default:
        throw new Refusal('UnknownOperationException');
    }
  }

  #find(request: Request): Secret {
    const secret = this.secrets.get(request.SecretId ?? '');
    if (secret === undefined) throw new Refusal('ResourceNotFoundException');
    return secret;
  }

  #live(request: Request): Secret {
    const secret = this.#find(request);
    if (secret.deletedAt !== null) throw new Refusal('InvalidRequestException');
    return secret;
  }

  #create(request: Request): unknown {
    const known = this.secrets.get(request.Name ?? '');
    const token = request.ClientRequestToken ?? randomUUID();
    if (known?.deletedAt != null) throw new Refusal('InvalidRequestException');
    if (known !== undefined) {
      if (known.contents.get(token) === request.SecretString) return { VersionId: token };
      throw new Refusal('ResourceExistsException');
    }
    this.secrets.set(request.Name ?? '', {
      contents: new Map([[token, request.SecretString ?? '']]),
      stages: new Map([['AWSCURRENT', new Set([token])]]),
      created: new Map([[token, this.#now]]),
      tags: new Map((request.Tags ?? []).map((tag) => [tag.Key, tag.Value])),
      deletedAt: null,
    });
    return { VersionId: token };
  }

  #put(request: Request): unknown {
    const secret = this.#live(request);
    const token = request.ClientRequestToken ?? randomUUID();
    if (token.length < 32 || token.length > 64) throw new Refusal('InvalidParameterException');
    const existing = secret.contents.get(token);
    if (existing !== undefined && existing !== request.SecretString) throw new Refusal('ResourceExistsException');
    if (existing !== undefined) return { VersionId: token };
    secret.contents.set(token, request.SecretString ?? '');
    secret.created.set(token, this.#now);
    const first = secret.contents.size === 1;
    for (const stage of first ? ['AWSCURRENT'] : (request.VersionStages ?? ['AWSCURRENT']))
      this.#label(secret, stage, token);
    return { VersionId: token };
  }

  #label(secret: Secret, stage: string, versionId: string): void {
    const former = [...(secret.stages.get(stage) ?? [])].find((holder) => holder !== versionId);
    if (stage === 'AWSCURRENT' && former !== undefined) secret.stages.set('AWSPREVIOUS', new Set([former]));
    secret.stages.set(stage, new Set([versionId]));
    if (stage === 'AWSCURRENT') secret.stages.get('AWSPREVIOUS')?.delete(versionId);
    const labels = [...secret.stages.values()].filter(({ size }) => size > 0).length;
    if (labels > 20) throw new Refusal('LimitExceededException');
    this.mostLabels = Math.max(this.mostLabels, labels);
  }

  #moveStage(request: Request): unknown {
    const secret = this.#live(request);
    const stage = request.VersionStage ?? '';
    const holders = secret.stages.get(stage) ?? new Set();
    const from = request.RemoveFromVersionId;
    const to = request.MoveToVersionId;
    if (to !== undefined && !secret.contents.has(to)) throw new Refusal('ResourceNotFoundException');
    if (from !== undefined && !holders.has(from)) throw new Refusal('InvalidParameterException');
    if (to !== undefined && from === undefined && holders.size > 0 && !holders.has(to))
      throw new Refusal('InvalidParameterException');
    if (to === undefined && stage === 'AWSCURRENT') throw new Refusal('InvalidParameterException');
    if (to === undefined) holders.delete(from ?? '');
    else this.#label(secret, stage, to);
    return {};
  }

  #read(request: Request): unknown {
    const secret = this.#live(request);
    const [holder] = secret.stages.get(request.VersionStage ?? 'AWSCURRENT') ?? [];
    const versionId = request.VersionId ?? holder;
    const content = versionId === undefined ? undefined : secret.contents.get(versionId);
    if (content === undefined) throw new Refusal('ResourceNotFoundException');
    return { VersionId: versionId, SecretString: content };
  }

  #byVersion(secret: Secret): Map<string, string[]> {
    const versions = new Map<string, string[]>();
    for (const [stage, holders] of secret.stages)
      for (const holder of holders) versions.set(holder, [...(versions.get(holder) ?? []), stage]);
    return versions;
  }

  #describe(request: Request): unknown {
    const secret = this.#find(request);
    return {
      Name: request.SecretId,
      ...(secret.deletedAt === null ? {} : { DeletedDate: secret.deletedAt / 1000 }),
      Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
      VersionIdsToStages: Object.fromEntries(this.#byVersion(secret)),
    };
  }

  #list(request: Request): unknown {
    const { created } = this.#live(request);
    const versions = [...this.#byVersion(this.#live(request))];
    return {
      Versions: versions.map(([VersionId, VersionStages]) => ({
        VersionId,
        VersionStages,
        CreatedDate: (created.get(VersionId) ?? 0) / 1000,
      })),
    };
  }
}
