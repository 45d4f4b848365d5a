import type { Edit } from './edit.ts';

/** A safety property broken in one line, and the test that must notice. */
export interface Sabotage extends Edit {
  readonly name: string;
  readonly test: {
    readonly file: string;
    /** Title of the test; where it is one of a table, with its values. */
    readonly name: string;
  };
}

const order = 'test/integration/activities/requests/order.test.ts';
const adoption = 'test/integration/activities/credentials/adopt.test.ts';
const entity = 'test/integration/workflows/registration.test.ts';
const change = 'test/integration/activities/requests/change.test.ts';
const http = 'test/integration/protocols/http/client.test.ts';
const recorded = 'test/integration/workflows/recorded.test.ts';
const park = 'test/integration/workflows/park.test.ts';
const settlement = 'test/integration/activities/requests/settlement.test.ts';
const managementSecret = 'test/integration/activities/credentials/managementSecret.test.ts';
const verdicts = 'test/integration/activities/proof/verdicts.test.ts';
const contentCoding = 'test/unit/protocols/http/contentCoding.test.ts';
const recordsContract = 'test/integration/stores/records/contract.test.ts';

export const sabotages: readonly Sabotage[] = [
  {
    name: 'retry the POST',
    file: 'activities/requests/sendOnce.ts',
    from: '    });\n    answer = answerOf(response, deps.clock.now());',
    to: '    }).catch(() => deps.client.request(what.request));\n    answer = answerOf(response, deps.clock.now());',
    test: { file: order, name: 'is sent once, whatever becomes of its answer' },
  },
  {
    name: 'send metadata that have errors',
    file: 'activities/requests/register.ts',
    from: 'if (errors !== null) return',
    to: 'if (errors === undefined) return',
    test: {
      file: 'test/integration/activities/requests/requestedMetadata.test.ts',
      name: 'keeps the token until the application is corrected',
    },
  },
  {
    name: 'send scopes as the application writes them',
    file: 'domain/client/requested.ts',
    from: "{ scope: sent.join(' ') }",
    to: '{ scope: metadata.scope }',
    test: {
      file: 'test/integration/activities/requests/requestedMetadata.test.ts',
      name: 'are said in v1 to a server of v1, and judged as they were sent',
    },
  },
  {
    name: 'let Temporal retry the POST',
    file: 'workflows/activities.ts',
    from: 'maximumAttempts: 1',
    to: 'maximumAttempts: 3',
    test: { file: entity, name: 'never lets Temporal repeat a request' },
  },
  {
    name: 'judge before storing',
    file: 'activities/requests/sendOnce.ts',
    from: '  await keep(deps, intent, answer, what.tokenOf(answer));',
    to: '  if (answer.status < 300) await keep(deps, intent, answer, what.tokenOf(answer));',
    test: { file: order, name: 'has its answer stored before it is judged: a refusal' },
  },
  {
    name: 'skip the intent',
    file: 'activities/requests/sendOnce.ts',
    from: 'notMarked = await markSending(deps, intent, what.budget);',
    to: 'notMarked = null;',
    test: { file: order, name: 'has its intent committed as sending before the first byte' },
  },
  {
    name: 'act on a decision that the registration has gone on from',
    file: 'activities/index.ts',
    from: 'if (now !== null && now.decidedAt === decidedAt && now.incarnation === incarnation) return now;',
    to: 'if (now !== null) return now;',
    test: { file: order, name: 'is not sent when it was decided at a sequence that the registration has gone on from' },
  },
  {
    name: 'promote before proof',
    file: 'activities/proof/prove.ts',
    from: '  const pendingProbe = ',
    to: "  if (pending?.credential.place === 'client') await promote(deps, config, pending, replaceable);\n  const pendingProbe = ",
    test: { file: order, name: 'is proved before it is promoted' },
  },
  {
    name: 'promote the first client before proof',
    file: 'activities/proof/prove.ts',
    from: '  const pendingProbe = ',
    to: '  if (pending !== null && current === null) await promote(deps, config, pending, replaceable);\n  const pendingProbe = ',
    test: { file: order, name: 'of a first client is proved at once, and becomes current after that' },
  },
  {
    name: 'let a late proof replace whatever is current',
    file: 'activities/proof/prove.ts',
    from: 'await promote(deps, config, ours, replaceable)',
    to: 'await promote(deps, config, ours, await replacedBy(deps, config, ours, current))',
    test: { file: order, name: 'of a first client is not made current by a late proof once it was replaced' },
  },
  {
    name: 'fail a request that stored for its proof',
    file: 'activities/proof/proveStored.ts',
    from: '  } catch {\n    return null;',
    to: '  } catch (error) {\n    throw error;',
    test: { file: order, name: 'is not lost when its proof fails: the records are away' },
  },
  {
    name: 'let a proof outlast its step',
    file: 'activities/proof/proveStored.ts',
    from: 'await Promise.race([proof, tooLate])',
    to: 'await proof',
    test: { file: order, name: 'is told in time when its proof takes longer, and may be proved again beside it' },
  },
  {
    name: 'leave out what came before a proof',
    file: 'domain/entity/draft.ts',
    from: 'transitions: [...hidden, ...second.transitions]',
    to: 'transitions: [...hidden.slice(1), ...second.transitions]',
    test: {
      file: 'test/unit/domain/entity/life.test.ts',
      name: 'rotates for two years on proofs with its requests, always before expiry, with gapless sequences',
    },
  },
  {
    name: 'promote whatever the proof says',
    file: 'activities/proof/prove.ts',
    from: "decision.action === 'keep' || pending === null",
    to: 'pending === null',
    test: { file: order, name: 'is not promoted when the new secret is rejected' },
  },
  {
    name: 'delete the old first',
    file: 'activities/requests/storeUpdated.ts',
    from: '  await deps.secrets.put(name, versionId,',
    to: '  await deps.secrets.remove(name);\n  await deps.secrets.put(name, versionId,',
    test: { file: order, name: 'leaves the old secret current until the new one is proved, and keeps it afterwards' },
  },
  {
    name: 'delete the secrets before the client',
    file: 'activities/requests/retire.ts',
    from: '  const refused = await deleteClient(',
    to: '  await deps.secrets.remove(clientSecretName(config));\n  const refused = await deleteClient(',
    test: { file: order, name: 'keeps the secrets of a client that the server does not delete, and lists it' },
  },
  {
    name: 'drop a new RAT',
    file: 'activities/credentials/storeManagement.ts',
    from: '...(token === null || leadsElsewhere ? {} : { registration_access_token: token, token_received_at: receivedAt }),',
    to: '',
    test: { file: order, name: 'keeps the new registration access token although the new secret cannot be stored' },
  },
  {
    name: 'leave a new RAT out of the journal',
    file: 'activities/requests/sendOnce.ts',
    from: 'what.tokenOf(answer));',
    to: 'null);',
    test: {
      file: order,
      name: 'journals the new registration access token with the answer, before anything is judged',
    },
  },
  {
    name: 'ignore the fence',
    file: 'stores/records/ledgers/intents.ts',
    from: "        .where('fence', '=', fence)\n",
    to: '',
    test: { file: order, name: 'is not sent by an attempt that another one overtook' },
  },
  {
    name: 'token by generation',
    file: 'stores/secrets/versionId.ts',
    from: `\\0\${intentId}`,
    to: '\\0generation 1',
    test: { file: order, name: 'a client that is registered anew is stored under a version of its own' },
  },
  {
    name: 'send the change alone instead of the whole metadata',
    file: 'activities/requests/update.ts',
    from: '    request: updateRequest({ clientUri: access.clientUri, clientId: current.clientId, metadata, token: access.token }),',
    to: '    request: updateRequest({ clientUri: access.clientUri, clientId: current.clientId, metadata: change === null ? metadata : { redirect_uris: metadata.redirect_uris }, token: access.token }),',
    test: { file: change, name: 'sends the whole metadata, with the rotated token kept for the next one' },
  },
  {
    name: 'roll the newest metadata out by a rotation',
    file: 'stores/records/registrations/config.ts',
    from: 'case when r.applied_revision is null then',
    to: 'case when true or r.applied_revision is null then',
    test: { file: change, name: 'is not rolled out by a rotation' },
  },
  {
    name: 'believe that a lost update was carried out',
    file: 'activities/requests/ladder.ts',
    from: 'change !== null && carriedOut(change, argument, parsed) ? change : null',
    to: 'change',
    test: {
      file: change,
      name: 'whose answer was lost before the server carried it out is settled by reading the client',
    },
  },
  {
    name: 'take a 404 for a deletion',
    file: 'activities/requests/retire.ts',
    from: "if (parsed.kind === 'gone') return await unknownThere(deps, access, context, requests);",
    to: "if (parsed.kind === 'gone') return null;",
    test: {
      file: change,
      name: 'whose deletion is answered 404 while the client can be read leaves the client its secrets, and lists it',
    },
  },
  {
    name: 'handler awaits the rotation',
    file: 'workflows/handlers.ts',
    from: '    return { operationId: request.operationId };',
    to: '    return new Promise(() => undefined) as never;',
    test: { file: entity, name: 'takes an operation within one workflow task, however long its work lasts' },
  },
  {
    name: 'due = expiry',
    file: 'domain/credential/dueTime.ts',
    from: 'const defaultShare = 2 / 3;',
    to: 'const defaultShare = 1;',
    test: {
      file: 'test/unit/domain/credential/dueTime.test.ts',
      name: 'is two thirds of the lifetime minus up to a tenth',
    },
  },
  {
    name: 'reuse a sequence',
    file: 'domain/entity/draft.ts',
    from: 'sequence: this.state.sequence + 1 }',
    to: 'sequence: Math.max(1, this.state.sequence) }',
    test: {
      file: 'test/unit/domain/entity/life.test.ts',
      name: 'rotates for two years on proofs of its own, always before expiry, with gapless sequences',
    },
  },
  {
    name: 'write over what is recorded',
    file: 'stores/records/registrations/decisions.ts',
    from: 'if (row.sequence === afterSequence) {',
    to: 'if (row.sequence >= afterSequence) {',
    test: {
      file: recordsContract,
      name: 'answers what is recorded when the same chain of runs decides a second time, and writes nothing',
    },
  },
  {
    name: 'go on after another chain wrote',
    file: 'stores/records/registrations/decisions.ts',
    from: ' || row.chain !== chain',
    to: '',
    test: { file: recordsContract, name: 'refuses a decision when another chain of runs wrote' },
  },
  {
    name: 'do something before the first wait of a run',
    file: 'workflows/registration.ts',
    from: 'if (carried !== undefined) await this.#until(carried.wakeAt, 0);',
    to: '',
    test: { file: park, name: 'continues as new after a rest, and waits for its time as the first command' },
  },
  {
    name: 'ask a peer on what is not recorded',
    file: 'workflows/registration.ts',
    from: 'if (this.#unrecorded !== null || (waits && wakeAt !== this.#recordedWakeAt)) {',
    to: 'if (waits && (this.#unrecorded !== null || wakeAt !== this.#recordedWakeAt)) {',
    test: {
      file: recorded,
      name: 'asks nothing of anybody while the records are away, and writes what it decided once they are back',
    },
  },
  {
    name: 'let a cancellation end an entity',
    file: 'workflows/registration.ts',
    from: 'await CancellationScope.nonCancellable(() => new RegistrationEntity(input).run());',
    to: 'await new RegistrationEntity(input).run();',
    test: { file: recorded, name: 'is not ended by a cancellation' },
  },
  {
    name: 'go by the rules of a newer release',
    file: 'workflows/registration.ts',
    from: '    refuseUnknownRules(woken.rules);\n',
    to: '',
    test: { file: recorded, name: 'leaves rules and states of a newer release to newer workers' },
  },
  {
    name: 'forget a lost operation',
    file: 'domain/entity/waking/awaken.ts',
    from: '[...woken.operations.map(asOperation), ...waking.early]',
    to: '[...waking.early]',
    test: {
      file: 'test/unit/domain/entity/waking/awaken.test.ts',
      name: 'takes up operations that have not ended, each once, and what came before it woke',
    },
  },
  {
    name: 'take a policy without its new members',
    file: 'workflows/registration.ts',
    from: '{ ...defaultTimePolicy, ...woken.policy }',
    to: 'woken.policy',
    test: { file: park, name: 'is not stopped by a time that the history of an older release does not know' },
  },
  {
    name: 'cancel the POST on shutdown',
    file: 'runtime/temporal/worker.ts',
    from: 'shutdownGraceTime: options.longestStep + graceMargin,',
    to: 'shutdownGraceTime: 0,',
    test: { file: entity, name: 'lets a request in flight end at a shutdown, and never cancels it' },
  },
  {
    name: 'leave the POST behind on shutdown',
    file: 'runtime/temporal/worker.ts',
    from: 'shutdownForceTime: options.longestStep + 2 * graceMargin,',
    to: 'shutdownForceTime: 1,',
    test: { file: entity, name: 'lets a request in flight end at a shutdown, and never cancels it' },
  },
  {
    name: 'send a secret to another origin',
    file: 'protocols/http/client.ts',
    from: '  if (given.credential !== undefined) requireAudience(verdict.url, given.credential.secret.audience);\n',
    to: '',
    test: { file: http, name: 'a secret offered to another origin is refused before the name is resolved' },
  },
  {
    name: 'spend a supplied secret before it is stored and read back',
    file: 'activities/credentials/adopt.ts',
    from: '  await store(deps, config, argument, secrets);',
    to: '  await deps.records.spendEnteringSecret(operationId);\n  await store(deps, config, argument, secrets);',
    test: { file: adoption, name: 'is spent only once what is stored was read back' },
  },
  {
    name: 'let two registrations hold one client',
    file: 'stores/records/ledgers/clientHolders.ts',
    from: 'return row.registration_id === registrationId;',
    to: "return row.registration_id !== '';",
    test: { file: adoption, name: 'is refused and forgotten when another registration holds its client' },
  },
  {
    name: 'take a registration access token for any origin',
    file: 'activities/credentials/adopt.ts',
    from: 'uri !== undefined && !managementAudience(endpoints).includes(originOf(uri))',
    to: "uri === ''",
    test: { file: adoption, name: 'is refused when its registration access token would be sent elsewhere' },
  },
  {
    name: "manage a client with another client's token",
    file: 'activities/credentials/management.ts',
    from: 'owner === null || owner === clientId ? secret : secret.clients?.[clientId]',
    to: 'secret',
    test: {
      file: adoption,
      name: 'of another client is never managed with the token of the former one, which is listed once it is replaced',
    },
  },
  {
    name: 'believe a rejection before the distribution time',
    file: 'domain/entity/after/proof.ts',
    from: 'supply?.patientUntil ?? rejectedSince + policy.replicationLag',
    to: 'rejectedSince + policy.replicationLag',
    test: {
      file: 'test/unit/domain/entity/supply.test.ts',
      name: 'lasts as long as the vendor takes: no rejection is believed before, and nobody is called',
    },
  },
  {
    name: 'send a held registration again after a refused supply',
    file: 'domain/entity/after/supply.ts',
    from: "  if (outcome.kind === 'refused') refused(draft, operation, outcome.failure);",
    to: "  releaseHold(draft, operation.kind);\n  if (outcome.kind === 'refused') refused(draft, operation, outcome.failure);",
    test: {
      file: 'test/unit/domain/entity/supply.test.ts',
      name: 'does not let a registration that waits for a person send its request again',
    },
  },
  {
    name: 'connect elsewhere than to the checked address',
    file: 'protocols/http/connector.ts',
    from: 'if (socket.remoteAddress !== undefined && sameAddress(socket.remoteAddress, address)) return socket;',
    to: 'if (socket.remoteAddress !== undefined) return socket;',
    test: {
      file: 'test/unit/protocols/http/connector.test.ts',
      name: 'refuses a connection that leads elsewhere than to the checked address, and destroys it',
    },
  },
  {
    name: 'seal the secret of a service account to wherever its token endpoint is',
    file: 'activities/servers/access.ts',
    from: 'function secretOf({ clientSecret, origins }: StoredServerCredential): AudienceSecret {\n  return audienceSecret(clientSecret, origins);',
    to: 'function secretOf({ clientSecret, tokenEndpoint }: StoredServerCredential): AudienceSecret {\n  return audienceSecret(clientSecret, [tokenEndpoint]);',
    test: {
      file: 'test/integration/activities/servers/tokens.test.ts',
      name: 'sealed to the registration endpoint only is not sent to another token endpoint',
    },
  },
  {
    name: 'log an error object',
    file: 'runtime/log/log.ts',
    from: '...(error === undefined ? {} : errorFields(error)),',
    to: '...(error === undefined ? {} : { error }),',
    test: {
      file: 'test/unit/runtime/log/log.test.ts',
      name: 'tells of an error object its class, code and own frames',
    },
  },
  {
    name: 'log the message of any error',
    file: 'runtime/log/errorFields.ts',
    from: '...(own ? {',
    to: '...(error.message ? {',
    test: {
      file: 'test/unit/runtime/log/log.test.ts',
      name: 'tells class, code and own frames of a foreign error, never message or cause',
    },
  },
  {
    name: 'keep the cause of a failure',
    file: 'runtime/temporal/failureConverter.ts',
    from: '    if (!(error instanceof TemporalFailure)) return undefined;\n',
    to: '',
    test: {
      file: 'test/unit/runtime/temporal/failureConverter.test.ts',
      name: 'lose causes that are not failures of Temporal, at every depth',
    },
  },
  {
    name: 'take a payload that was not encrypted by us',
    file: 'runtime/temporal/codec.ts',
    from: "throw new SealError('not-sealed');",
    to: 'return payload;',
    test: { file: 'test/unit/runtime/temporal/codec.test.ts', name: 'refuses what it did not encrypt' },
  },
  {
    name: 'take a payload of another workflow',
    file: 'runtime/temporal/codec.ts',
    from: "return ['workflow', context.namespace, context.workflowId];",
    to: "return ['workflow', context.namespace];",
    test: { file: 'test/unit/runtime/temporal/codec.test.ts', name: 'refuses a payload of another workflow' },
  },
  {
    name: 'show what Keycloak says of a client with its secrets',
    file: 'protocols/keycloak/withheld.ts',
    from: 'isSecretValue(name, member) ? withheldMark : shownValue(member, secrets, depth + 1),',
    to: 'shownValue(member, [], depth + 1),',
    test: {
      file: 'test/unit/protocols/keycloak/answers.test.ts',
      name: 'secrets are taken out of what is shown, wherever they stand',
    },
  },
  {
    name: 'send a password in a body anywhere',
    file: 'protocols/http/client.ts',
    from: '  if (given.audience !== undefined) requireAudience(verdict.url, given.audience);\n',
    to: '',
    test: { file: http, name: 'keeps a body with a secret from another origin' },
  },
  {
    name: 'let the audit be changed',
    file: 'stores/records/migrations/001-records.ts',
    from: 'create trigger audit_rows_append_only before update or delete on audit',
    to: 'create trigger audit_rows_append_only before delete on audit',
    test: { file: recordsContract, name: 'refuses an update by anybody' },
  },
  {
    name: 'put text into the packet page as it is',
    file: 'api/packets/markup.ts',
    from: "if (typeof inserted === 'string') return escapeHtml(inserted);",
    to: "if (typeof inserted === 'string') return inserted;",
    test: { file: 'test/unit/api/packets/html.test.ts', name: 'whatever is put in comes out as text' },
  },
  {
    name: 'let a value of the packet end its code span',
    file: 'api/packets/markdown.ts',
    from: "const fence = '`'.repeat(longest + 1);",
    to: "const fence = '`';",
    test: { file: 'test/unit/api/packets/markdown.test.ts', name: 'any text fits its fence' },
  },
  {
    name: 'take the sandbox from the packet page',
    file: 'api/packets/html.ts',
    from: "default-src 'none'; sandbox;",
    to: "default-src 'none';",
    test: {
      file: 'test/unit/api/packets/html.test.ts',
      name: 'the policy forbids everything but the style that is in the page',
    },
  },
  {
    name: 'count a holiday as a business day',
    file: 'domain/people/deadlines/federalHolidays.ts',
    from: 'weekday !== sunday && !isFederalHoliday(day)',
    to: 'weekday !== sunday',
    test: {
      file: 'test/unit/domain/people/deadlines/federalHolidays.test.ts',
      name: '2026-11-25 and 1 business days is 2026-11-27',
    },
  },
  {
    name: 'approve an endpoint whatever document names it',
    file: 'domain/entity/approval.ts',
    from: ' && approval.evidenceHash === waiting.evidenceHash',
    to: '',
    test: { file: 'test/unit/domain/entity/approval.test.ts', name: 'approval of another document' },
  },
  {
    name: 'let the policy pass an endpoint on another site',
    file: 'domain/entity/approval.ts',
    from: ' && candidate.sameSite',
    to: '',
    test: { file: 'test/unit/domain/entity/approval.test.ts', name: 'passes by policy not on another site' },
  },
  {
    name: 'use changed endpoints of a client unasked',
    file: 'domain/entity/after/rediscovered.ts',
    from: 'if (before.discovery !== null && changed.length > 0) propose(',
    to: 'if (before.discovery !== null && changed.length > 99) propose(',
    test: {
      file: 'test/integration/workflows/approval.test.ts',
      name: 'works on with the old endpoint when the registration endpoint of a client moves',
    },
  },
  {
    name: 'use keys that are not the stored ones',
    file: 'activities/credentials/keys.ts',
    from: 'if (stored !== null) return stored;',
    to: 'if (stored !== null) return made;',
    test: {
      file: 'test/integration/activities/credentials/keys.test.ts',
      name: 'that another attempt stored first count',
    },
  },
  {
    name: 'publish a private key',
    file: 'protocols/oauth/clientKeys.ts',
    from: 'jwk: { ...pick(jwk, publicMembers), kid',
    to: 'jwk: { ...jwk, kid',
    test: {
      file: 'test/unit/protocols/oauth/clientKeys.test.ts',
      name: 'has a public half without any private member, and with the same id',
    },
  },
  {
    name: 'serve the keys of a retired registration',
    file: 'stores/records/ledgers/clientKeys.ts',
    from: "      .where('registration.phase', '!=', 'retired')\n",
    to: '',
    test: {
      file: 'test/integration/api/jwks.test.ts',
      name: 'is gone once the registration is retired, even when the client could not be deleted',
    },
  },
  {
    name: 'rotate what has no secret',
    file: 'domain/entity/health.ts',
    from: '  if (rotationObstacle(state.current) !== null) return never;\n',
    to: '',
    test: { file: 'test/unit/domain/entity/kinds.test.ts', name: 'a rotation is refused with the reason' },
  },
  {
    name: 'call a key good without a control',
    file: 'protocols/oauth/probe.ts',
    from: 'await send(clientId, await wrongCredential(credential, wrong))',
    to: 'await send(clientId, credential)',
    test: {
      file: 'test/unit/protocols/oauth/probe.test.ts',
      name: 'is good when a key that nobody registered is answered otherwise',
    },
  },
  {
    name: 'show the management token that a token endpoint repeats',
    file: 'protocols/oauth/probe.ts',
    from: ', ...(argument.secretsInPlay ?? [])]',
    to: ']',
    test: { file: 'test/unit/protocols/oauth/probe.test.ts', name: 'shows no other secret that the server knows' },
  },
  {
    name: 'write a formula into a spreadsheet',
    file: 'cli/csv.ts',
    from: 'return formula.test(plain) ?',
    to: "return plain === '=' ?",
    test: { file: 'test/unit/cli/statusCsv.test.ts', name: 'takes away the force of what a peer said' },
  },
  {
    name: 'ask the database for an id that cannot exist',
    file: 'api/plugins/authorization.ts',
    from: 'const visible = isIdPart(id) && within(visibility.tenantIds, id);',
    to: 'const visible = within(visibility.tenantIds, id);',
    test: { file: 'test/integration/api/everyRoute.test.ts', name: 'nothing to see: GET /v1/tenants/{tenantId}' },
  },
  {
    name: 'settle before answers are collected',
    file: 'activities/requests/settle.ts',
    from: 'if (remaining > 0) throw',
    to: 'if (remaining < 0) throw',
    test: {
      file: settlement,
      name: 'is not settled before its answer could have been collected twice, by the clock of the database',
    },
  },
  {
    name: 'ignore the spool of another worker',
    file: 'activities/requests/settle.ts',
    from: 'if (spooledAtInstance !== null && !givenUp)',
    to: "if (spooledAtInstance === '')",
    test: {
      file: settlement,
      name: 'end with one client and one listed orphan with its token where the first one does not come back',
    },
  },
  {
    name: 'send without time left',
    file: 'activities/requests/sendOnce.ts',
    from: 'budget.endsAt - deps.clock.now() < needed',
    to: 'budget.endsAt < 0',
    test: {
      file: settlement,
      name: 'is not sent when less of the step is left than the request and the keeping of its answer may take',
    },
  },
  {
    name: 'wait for the database for ever',
    file: 'activities/requests/sendOnce.ts',
    from: 'stored = await within(keepAnswer, ',
    to: 'stored = await within(600_000, ',
    test: { file: settlement, name: 'is spooled at once when the database takes longer than its limit' },
  },
  {
    name: 'take a client that another registration holds',
    file: 'activities/requests/register.ts',
    from: 'if (!(await deps.records.holdClient(tokenEndpoint, client.clientId, config.registrationId)))',
    to: "if (client.clientId === '')",
    test: {
      file: settlement,
      name: 'with a client that another registration holds is no credential, and its holder is named',
    },
  },
  {
    name: 'end the ladder at a 500',
    file: 'activities/requests/ladder.ts',
    from: 'if (outcome instanceof RegistrarFailure) away ??= outcome;',
    to: 'if (outcome instanceof RegistrarFailure) throw outcome;',
    test: { file: settlement, name: 'goes on past a rung that answers 500, as some servers do to a dead token' },
  },
  {
    name: 'believe a read',
    file: 'activities/requests/ladder.ts',
    from: 'clientSecret: counts ? parsed.clientSecret : null',
    to: 'clientSecret: parsed.clientSecret',
    test: { file: settlement, name: 'takes a secret that a read shows for a candidate, never for a pending one' },
  },
  {
    name: 'show a lost swap',
    file: 'activities/credentials/storeManagement.ts',
    from: "if (error instanceof SecretStoreError && error.code === 'conflict') continue;",
    to: '',
    test: { file: managementSecret, name: 'is stored though another writer swaps first, which is not shown' },
  },
  {
    name: 'unpack without a limit',
    file: 'protocols/http/contentCoding.ts',
    from: 'if (bytes > maxBytes) throw new CodingError(true);',
    to: '',
    test: { file: contentCoding, name: 'stops at the limit, however small the body was' },
  },
  {
    name: 'send controls for each credential',
    file: 'activities/proof/verification.ts',
    from: 'this.#controlSent ||= result.controlSent;',
    to: '',
    test: { file: verdicts, name: 'is sent once in a verification, of two credentials too' },
  },
  {
    name: 'ask without scopes',
    file: 'activities/proof/verification.ts',
    from: 'scope: systemScopes(secret),',
    to: "scope: '',",
    test: {
      file: verdicts,
      name: 'asks for the system scopes that it has registered, and is proved by them on any day',
    },
  },
  {
    name: 'send beyond the bound on refusals',
    file: 'activities/proof/verification.ts',
    from: 'if (bound.nextAttemptAt !== null) return putOff(bound.nextAttemptAt);',
    to: '',
    test: { file: verdicts, name: 'of a new credential keep to their times, and what is put off says until when' },
  },
  {
    name: 'take a firewall for a control',
    file: 'domain/credential/probeVerdict.ts',
    from: 'if (refusesClient(control)) {',
    to: "if (control.kind === 'error') {",
    test: { file: verdicts, name: 'that a firewall answers proves nothing' },
  },
  {
    name: 'keep an expired secret',
    file: 'activities/proof/prove.ts',
    from: "? 'expired' : verdict",
    to: '? verdict : verdict',
    test: { file: verdicts, name: 'an expired current one gives way to a new one that nothing is known of' },
  },
  {
    name: 'let a row that fails stop its queue',
    file: 'runtime/chores/queue.ts',
    from: '      await queue.putOff(item);\n      return;',
    to: "      throw new RangeError('stop');",
    test: {
      file: 'test/unit/runtime/chores/queue.test.ts',
      name: 'one that always fails does not stop those behind it',
    },
  },
  {
    name: 'end a start request before its entity claims the row',
    file: 'runtime/chores/dispatcher.ts',
    from: 'end: (registrationId) => records.putOffStart(registrationId),',
    to: 'end: async () => undefined,',
    test: {
      file: 'test/unit/runtime/chores/dispatcher.test.ts',
      name: 'a start that Temporal took is only put off: the claim of the entity ends it',
    },
  },
  {
    name: 'leave an entity whose decisions fail for ever',
    file: 'runtime/temporal/wedged.ts',
    from: 'const mostFailures = 3;',
    to: 'const mostFailures = 1000;',
    test: {
      file: 'test/integration/runtime/temporal/entityKeeper.test.ts',
      name: 'starts one anew whose decisions fail again and again',
    },
  },
  {
    name: 'reconcile without a bound',
    file: 'runtime/chores/reconciler.ts',
    from: 'const mostAtOnce = 150;',
    to: 'const mostAtOnce = 400;',
    test: {
      file: 'test/unit/runtime/chores/reconciler.test.ts',
      name: 'one round takes a bounded number',
    },
  },
  {
    name: 'migrate under a statement time-out',
    file: 'stores/records/database.ts',
    from: '...(migrating ? noLimits : limits)',
    to: '...(migrating ? {} : limits)',
    test: {
      file: 'test/integration/stores/records/oldRelease.test.ts',
      name: 'run under no time-out, not even one that the role was given',
    },
  },
  {
    name: 'wait for a hanging chore for ever',
    file: 'runtime/chores/chore.ts',
    from: 'Promise.race([ended, limit.promise])',
    to: 'Promise.race([ended])',
    test: {
      file: 'test/unit/runtime/chores/chore.test.ts',
      name: 'one that hangs stops itself only, and not the stop',
    },
  },
  {
    name: 'let a registration that is added again keep its incarnation',
    file: 'stores/records/registrations/create.ts',
    from: 'incarnation: view.sequence,',
    to: 'incarnation: 1,',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'counts the lives of a registration that is added again',
    },
  },
  {
    name: 'leave the audit without keys',
    file: 'stores/records/migrations/018-audit-partitions.ts',
    from: "  `create trigger audit_key after insert on audit for each row execute function keep_audit_key()`,\n  'alter table audit enable always trigger audit_key',\n",
    to: '',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'keeps subject and sequence once, also against an insert from outside the product',
    },
  },
  {
    name: 'present a retired secret by the schedule only',
    file: 'activities/requests/retire.ts',
    from: "const purpose = 'asked';",
    to: 'const purpose = undefined;',
    test: {
      file: 'test/integration/activities/requests/afterDeath.test.ts',
      name: 'in production ends as deleted, whatever the schedule may still present',
    },
  },
  {
    name: 'list a deletion that is being found out',
    file: 'activities/requests/retire.ts',
    from: "putOff !== undefined || (argument.findsOut && decision.reason === 'ProofInconclusive')",
    to: 'false',
    test: {
      file: 'test/integration/activities/requests/afterDeath.test.ts',
      name: 'that may have deleted waits while its credential is not judged, as the token endpoint is away, and lists nothing',
    },
  },
  {
    name: 'take late decisions for failed ones',
    file: 'runtime/temporal/wedged.ts',
    from: 'const mostTimeOuts = 10;',
    to: 'const mostTimeOuts = 3;',
    test: {
      file: 'test/integration/runtime/temporal/entityKeeper.test.ts',
      name: 'leaves one alone whose decisions no worker delivered in time, as after deaths and on slow machines',
    },
  },
  {
    name: 'leave an entity asleep past its time',
    file: 'runtime/chores/reconciler.ts',
    from: "if ((await keep(registrationId)) === 'running') await keeper.rouse(registrationId);",
    to: 'await keep(registrationId);',
    test: {
      file: 'test/unit/runtime/chores/reconciler.test.ts',
      name: 'those that should have woken are kept or roused, and one that fails stops none',
    },
  },
  {
    name: 'ask a server without a turn',
    file: 'activities/index.ts',
    from: '      await takeTurns(turns, argument);\n',
    to: '',
    test: {
      file: 'test/integration/activities/servers/budgets.test.ts',
      name: 'two workers together ask a server no more often than it allows, and put off the rest before anything is sent',
    },
  },
  {
    name: 'keep what was paid for a request that had no turn',
    file: 'domain/entity/after/turn.ts',
    from: '...unspent(before, now, times)',
    to: '...before',
    test: {
      file: 'test/unit/domain/entity/turn.test.ts',
      name: 'gives back what was paid for the request, and waits also where the current credential is rejected',
    },
  },
  {
    name: 'wake an entity only once for a verdict',
    file: 'stores/records/proofs/queue.ts',
    from: ' || verdict !== ownVerdict(view)',
    to: '',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'wakes the entity again where it still says otherwise',
    },
  },
  {
    name: 'watch nothing',
    file: 'stores/records/registrations/decisions.ts',
    from: 'await noteProofs(trx, transitions, watchIntervals);',
    to: '',
    test: {
      file: 'test/e2e/watch.test.ts',
      name: 'a secret that the server no longer takes is noticed, proved by the entity itself, and rejected',
    },
  },
  {
    name: 'record whatever a server says',
    file: 'domain/entity/draft.ts',
    from: 'boundedState(this.state)',
    to: 'this.state',
    test: {
      file: 'test/unit/domain/entity/bound.test.ts',
      name: 'after a document of two thousand scopes',
    },
  },
  {
    name: 'keep every scope of a document',
    file: 'domain/discovery/bound.ts',
    from: 'scopes: 12_000',
    to: 'scopes: 12_000_000',
    test: {
      file: 'test/integration/activities/discovery/discover.test.ts',
      name: 'becomes a snapshot of bounded size, with those that are asked for',
    },
  },
  {
    name: 'leave a holder retiring that a sharer came to',
    file: 'domain/entity/after/retire.ts',
    from: "=== 'HasSharers'",
    to: "=== 'PeerUnavailable'",
    test: {
      file: 'test/unit/domain/entity/sharersCame.test.ts',
      name: 'a holder that a sharer came to just before it was retired goes on, and says so',
    },
  },
  {
    name: 'expiry in the past is a lifetime',
    file: 'domain/credential/expiry.ts',
    from: 'stated.expiresAt - answeredAt >= usableExpiry',
    to: 'stated.expiresAt - answeredAt >= -Infinity',
    test: {
      file: 'test/unit/domain/credential/expiry.test.ts',
      name: 'a duration written as a date is not usable, and unknown',
    },
  },
  {
    name: 'a kept secret shortens its expiry',
    file: 'domain/credential/expiry.ts',
    from: '  if (stated.expiresAt <= life.expiresAt) return life;\n',
    to: '',
    test: {
      file: 'test/unit/domain/credential/expiry.test.ts',
      name: 'stays when the answer shortens it',
    },
  },
  {
    name: 'a moved expiry is due for ever',
    file: 'domain/credential/expiry.ts',
    from: '...(renewed ? { lifeFrom: answeredAt } : {})',
    to: '...(renewed ? {} : {})',
    test: {
      file: 'test/unit/domain/credential/pacedPeers.test.ts',
      name: 'one that keeps the secret and moves its expiry is asked once a life',
    },
  },
  {
    name: 'a small move restarts the life',
    file: 'domain/credential/expiry.ts',
    from: '(life.expiresAt - (life.lifeFrom ?? life.issuedAt)) / 2',
    to: '0',
    test: {
      file: 'test/unit/domain/credential/expiry.test.ts',
      name: 'only ends later when it moves by less',
    },
  },
  {
    name: 'no floor between two attempts',
    file: 'domain/credential/pacing.ts',
    from: 'Math.max(floorOf(life, times), Math.min(doubled, most))',
    to: 'Math.min(doubled, most)',
    test: {
      file: 'test/unit/domain/credential/pacedPeers.test.ts',
      name: 'one that keeps the secret is asked so often on the day after expiry',
    },
  },
  {
    name: 'every rotation gives its token back',
    file: 'domain/credential/pacing.ts',
    from: 'const worthIt = life.end !== null && due.at !== null && sentAt >= due.at;',
    to: 'const worthIt = true;',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'a rotation before its due does not',
    },
  },
  {
    name: 'Retry-After makes faster',
    file: 'domain/credential/pacing.ts',
    from: 'if (at !== null && at > wanted) {',
    to: "if (at !== null && (at > wanted || name === 'retry-after')) {",
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'never makes it faster',
    },
  },
  {
    name: 'no ceiling of requests',
    file: 'domain/credential/pace/bucket.ts',
    from: 'if (bucket.tokens + rounding >= 1) return null;',
    to: 'if (bucket.tokens + rounding >= -1e9) return null;',
    test: {
      file: 'test/unit/domain/credential/pacedPeers.test.ts',
      name: 'a year has never more than 48 requests in 24 hours nor 192 in 7 days, and none before its floor',
    },
  },
  {
    name: 'a changed policy refills the bucket',
    file: 'domain/credential/pacing.ts',
    from: 'return { ...pace, failures: 0, stepsAfterExpiry: 0 };',
    to: 'return { ...newPace(pace.bucket.at), lastFailure: pace.lastFailure };',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'is not refilled by a changed policy, which makes retries count anew',
    },
  },
  {
    name: 'refusals after expiry as fast as outages',
    file: 'domain/credential/pacing.ts',
    from: "if (outcome === 'unreachable') return",
    to: 'if (outcome !== null) return',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'of a secret of 45 s',
    },
  },
  {
    name: 'a fleet before a window in one second',
    file: 'domain/credential/pace/windows.ts',
    from: ' * (to - from));',
    to: ' * 0);',
    test: {
      file: 'test/unit/domain/credential/dueTime.test.ts',
      name: 'spreads ten thousand registrations over the hours before a window',
    },
  },
  {
    name: 'retries run inside a window',
    file: 'domain/credential/pacing.ts',
    from: "because === 'due' ? { at: wanted",
    to: 'because !== null ? { at: wanted',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'counts the policy of now: a window that was put there since the failure holds',
    },
  },
  {
    name: 'who was away starts inside a window',
    file: 'domain/credential/pacing.ts',
    from: 'placed.at >= now ? placed :',
    to: 'placed.at >= 0 ? placed :',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'hold for who was away: after the window',
    },
  },
  {
    name: 'renew in the first tenth',
    file: 'domain/credential/dueTime.ts',
    from: 'const longestRenewBefore = 9 / 10;',
    to: 'const longestRenewBefore = 0.9999;',
    test: {
      file: 'test/unit/domain/credential/dueTime.test.ts',
      name: 'refuses to renew P82D before the end of 90 days: it would never rest',
    },
  },
  {
    name: 'the client ends unnoticed',
    file: 'domain/credential/dueTime.ts',
    from: '(secret === null || client < secret)',
    to: 'secret === null',
    test: {
      file: 'test/unit/domain/credential/dueTime.test.ts',
      name: 'the nearer end is that of the client',
    },
  },
  {
    name: 'a ceiling wait takes a step',
    file: 'domain/credential/pacing.ts',
    from: 'const stepsAfterExpiry = expired ? pace.stepsAfterExpiry + 1 : crosses ? 1 : 0;',
    to: 'const stepsAfterExpiry = expired ? Math.max(1, pace.stepsAfterExpiry) + 1 : crosses ? 1 : 0;',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'of a secret of 1 h',
    },
  },
  {
    name: 'set aside at once',
    file: 'domain/credential/setAside.ts',
    from: 'Math.max(setAsideLeast, ',
    to: 'Math.max(0, ',
    test: {
      file: 'test/unit/domain/credential/setAside.test.ts',
      name: 'a pending secret that stays rejected is set aside after three minutes, where that is less',
    },
  },
  {
    name: 'after a failure past 9/10 too early',
    file: 'domain/credential/keptSecret.ts',
    from: 'const lastShare = 1 / 10;',
    to: 'const lastShare = 0;',
    test: {
      file: 'test/unit/domain/credential/keptSecret.test.ts',
      name: 'a secret that is kept with less than a tenth left',
    },
  },
  {
    name: 'a failure does not count as one',
    file: 'domain/entity/rotation/failed.ts',
    from: 'rotationPace: afterFailedAttempt(rotationPace, { at: draft.now, outcome, retryAfter }, lifeOf(current), policy),',
    to: 'rotationPace,',
    test: {
      file: 'test/unit/domain/entity/paceSimulated.test.ts',
      name: 'of 500, on day 89',
    },
  },
  {
    name: 'a ladder costs nothing',
    file: 'domain/entity/after/request.ts',
    from: 'spending(settled, reads ?? 0, now, policy)',
    to: 'settled',
    test: {
      file: 'test/unit/domain/entity/requestsPaced.test.ts',
      name: 'one that a ladder saw to have done nothing is an attempt',
    },
  },
  {
    name: 'an unusable end is believed',
    file: 'domain/entity/rotation/fresh.ts',
    from: '  if (reason === null) return credential;',
    to: '  if (reason !== undefined) return credential;',
    test: {
      file: 'test/unit/domain/entity/rotationPace.test.ts',
      name: 'does not make a loop of rotations where the server issues a new secret',
    },
  },
  {
    name: 'a rejected pending secret stops rotation',
    file: 'domain/entity/after/proof.ts',
    from: '  if (aside !== null && now >= aside) {',
    to: '  if (aside !== null && now < 0) {',
    test: {
      file: 'test/unit/domain/entity/paceSimulated.test.ts',
      name: 'sends within the ceiling, when the first secret lives 90 days',
    },
  },
  {
    name: 'overdue calls nobody',
    file: 'domain/entity/rotation/told.ts',
    from: "  draft.attention('rotation', 'RotationOverdue');",
    to: '',
    test: {
      file: 'test/unit/domain/entity/rotationPace.test.ts',
      name: 'needs attention long before expiry',
    },
  },
  {
    name: 'a person asks beyond the ceiling',
    file: 'domain/entity/nextStep.ts',
    from: 'nextTokenAt(state.rotationPace.bucket, policy), notBefore',
    to: 'notBefore',
    test: {
      file: 'test/unit/domain/entity/paceSimulated.test.ts',
      name: 'waits for the ceiling of requests, however often it is asked for',
    },
  },
  {
    name: "the client's end is told to nobody",
    file: 'domain/entity/health.ts',
    from: "  return !state.attentions.some(({ topic }) => topic === 'client');",
    to: '  return false;',
    test: {
      file: 'test/unit/domain/entity/requestsPaced.test.ts',
      name: 'is told also where the health says something else already',
    },
  },
  {
    name: 'a PUT before the set-aside ones are probed',
    file: 'domain/entity/nextStep.ts',
    from: 'rotation.probed === true || newerThan',
    to: 'rotation.probed !== true || newerThan',
    test: {
      file: 'test/unit/domain/entity/paceSimulated.test.ts',
      name: 'is set aside, kept, and asked for again until one is good',
    },
  },
  {
    name: "a proof's back-off starts over with every PUT",
    file: 'domain/entity/rotation/failed.ts',
    from: 'return isProbed(state) ?',
    to: 'return isProbed(state) && false ?',
    test: {
      file: 'test/unit/domain/entity/paceSimulated.test.ts',
      name: 'sends within the ceiling, when the first secret lives 90 days',
    },
  },
  {
    name: 'Retry-After is cut to an hour',
    file: 'domain/entity/backOff.ts',
    from: '(retryAfterSeconds ?? 0) * 1000, longestRetryAfter',
    to: '(retryAfterSeconds ?? 0) * 1000, policy.retryMaximum',
    test: {
      file: 'test/unit/domain/entity/requestsPaced.test.ts',
      name: 'is waited for whole, up to a year',
    },
  },
  {
    name: 'what was not sent is paid for',
    file: 'domain/entity/after/request.ts',
    from: 'reads === undefined ? unspent(before, now, policy) : before',
    to: 'reads === undefined ? before : before',
    test: {
      file: 'test/unit/domain/entity/requestsPaced.test.ts',
      name: 'one that was not sent costs nothing, and is no attempt',
    },
  },
  {
    name: 'an obstacle is told for ever',
    file: 'domain/entity/rotation/attempt.ts',
    from: 'if (obstacle !== null && obstacle === state.rotationObstacle) return null;',
    to: '',
    test: {
      file: 'test/unit/domain/entity/requestsPaced.test.ts',
      name: 'is told once, and not tried',
    },
  },
  {
    name: 'onboard without time left to send',
    file: 'activities/requests/onboard.ts',
    from: 'if (budget.endsAt - now < policy.httpTotal + policy.secretStore)',
    to: 'if (budget.endsAt < now)',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'stops when too little time is left to send',
    },
  },
  {
    name: 'onboard over what somebody asked for',
    file: 'activities/requests/onboard.ts',
    from: 'if ((await deps.records.openOperations(registrationId)).length > 0)',
    to: 'if (false)',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'stops where somebody asked for something meanwhile',
    },
  },
  {
    name: 'leave a prepared request open that was not sent',
    file: 'activities/requests/onboard.ts',
    from: '    await settleUnsent(deps, intentId, outcome);\n',
    to: '',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'leaves no open request where what was prepared is not sent',
    },
  },
  {
    name: 'send an onboarding that was not recorded',
    file: 'activities/requests/onboard.ts',
    from: "if (answer.kind === 'recorded') return;",
    to: 'return;',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'is refused where the registration has moved on, and sends nothing',
    },
  },
  {
    name: 'give a proof a time of its own',
    file: 'activities/proof/proveStored.ts',
    from: 'const endsAt = budget.endsAt - (budget.endsAt - budget.startedAt) * reserve;',
    to: 'const endsAt = budget.startedAt + deps.requestStep * (1 - reserve);',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'leaves a proof to a step of its own when the time of this one is over, however long a request may take',
    },
  },
  {
    name: 'use a socket on which a server spoke first',
    file: 'protocols/http/socketsAhead.ts',
    from: 'if (!socket.destroyed && socket.writable && socket.readableLength === 0) {',
    to: 'if (!socket.destroyed && socket.writable) {',
    test: {
      file: 'test/integration/protocols/http/socketsAhead.test.ts',
      name: 'a server that speaks first gets no request on that connection',
    },
  },
  {
    name: 'open sockets ahead without a bound',
    file: 'protocols/http/socketsAhead.ts',
    from: '(origins.get(origin)?.size ?? 0) >= most.perOrigin',
    to: 'false',
    test: {
      file: 'test/integration/protocols/http/socketsAhead.test.ts',
      name: 'is no more often opened than may wait',
    },
  },
  {
    name: 'let any operation release what is held',
    file: 'domain/entity/holding.ts',
    from: ' || !releasesOf(hold.reason).includes(release)) return;',
    to: ') return;',
    test: {
      file: 'test/unit/domain/entity/holds.test.ts',
      name: 'with RegistrationUnanswered goes on being held after discover',
    },
  },
  {
    name: 'work while suspended',
    file: 'domain/entity/nextStep.ts',
    from: '  if (isSuspended(state)) return restStep(state, now);\n',
    to: '',
    test: {
      file: 'test/unit/domain/entity/suspension.test.ts',
      name: 'in phase active with a rotation sends nothing but what settles',
    },
  },
  {
    name: 'let a hold gate nothing',
    file: 'domain/entity/nextStep.ts',
    from: 'return isGated(state, step.do) ? restStep(state, now) : step;',
    to: 'return step;',
    test: {
      file: 'test/unit/domain/entity/holds.test.ts',
      name: 'with RegistrationUnanswered goes on being held after discover',
    },
  },
  {
    name: 'let an active operation block resume',
    file: 'domain/entity/nextStep.ts',
    from: "  if (ahead !== undefined) return { do: 'begin-operation', operation: ahead };\n  if (isSusp",
    to: '  if (isSusp',
    test: {
      file: 'test/unit/domain/entity/suspension.test.ts',
      name: 'can be resumed although twenty wait behind one that is active',
    },
  },
  {
    name: 'give up no spooled answer by retry',
    file: 'domain/entity/rules/retry.ts',
    from: 'givenUp: true',
    to: 'unsettled: true',
    test: {
      file: 'test/unit/domain/entity/holds.test.ts',
      name: 'is looked for, tells after ten minutes, and is given up by retry',
    },
  },
  {
    name: 'hold anew what a choice left',
    file: 'domain/entity/after/conflict.ts',
    from: 'if (conflict !== undefined) {',
    to: 'if (conflict !== null) {',
    test: {
      file: 'test/unit/domain/entity/holds.test.ts',
      name: 'goes on being held after the choice of what is refused there',
    },
  },
  {
    name: 'rotate by what the application says',
    file: 'activities/requests/metadataChange.ts',
    from: 'if (change === null) return known;',
    to: 'if (change === null) return known ?? requestedMetadata(config, endpoints, null);',
    test: {
      file: 'test/integration/activities/requests/whatIsSent.test.ts',
      name: 'sends nothing where it is not known what the client has',
    },
  },
  {
    name: 'update a client that another registration holds',
    file: 'activities/requests/update.ts',
    from: 'if (held !== null) return held;',
    to: '',
    test: {
      file: 'test/integration/activities/requests/whatIsSent.test.ts',
      name: 'is neither read, updated nor promoted, though its token endpoint is told with a query',
    },
  },
  {
    name: 'rotate a client that another registration holds',
    file: 'domain/entity/health.ts',
    from: '?.heldBy != null',
    to: "?.heldBy === ''",
    test: {
      file: 'test/unit/domain/entity/clients.test.ts',
      name: 'found by an update, is not asked for again and may be shared',
    },
  },
  {
    name: 'leave the application with endpoints that moved',
    file: 'domain/entity/after/rediscovered.ts',
    from: 'movesShown(before, found)',
    to: 'false',
    test: {
      file: 'test/unit/domain/entity/clients.test.ts',
      name: 'and that moved is shown anew, once nothing is pending',
    },
  },
  {
    name: 'record a secret that a server shows as metadata',
    file: 'domain/client/applied.ts',
    from: '!holdsAny(name, clean, secrets)',
    to: 'true',
    test: {
      file: 'test/unit/domain/client/applied.test.ts',
      name: 'has no secret in any encoding, under any name',
    },
  },
  {
    name: 'leave the former client at the top',
    file: 'activities/proof/prove.ts',
    from: '    await takeTop(deps, config, endpoints, promoted.clientId);\n',
    to: '',
    test: {
      file: 'test/integration/activities/credentials/adopt.test.ts',
      name: 'of another client has its token below clients until it is proved, and at the top from then on',
    },
  },
  {
    name: 'drop what came while retiring',
    file: 'domain/entity/after/retire.ts',
    from: 'activeOperation: null, pending: null,',
    to: 'activeOperation: null, operations: [], pending: null,',
    test: {
      file: 'test/unit/domain/entity/operationsEnd.test.ts',
      name: 'comes to what came in while it was retired, one by one',
    },
  },
  {
    name: 'resume without looking',
    file: 'domain/entity/rules/resume.ts',
    from: 'holderUnread: true, ',
    to: '',
    test: {
      file: 'test/unit/domain/entity/shared.test.ts',
      name: 'is asked once',
    },
  },
  {
    name: 'never give a spooled answer up',
    file: 'domain/entity/spooledAnswer.ts',
    from: "kind === 'retire' || ",
    to: '',
    test: {
      file: 'test/unit/domain/entity/spooledBehind.test.ts',
      name: 'is given up for retire, which is done then',
    },
  },
  {
    name: 'give a spooled answer up at once',
    file: 'domain/entity/spooledAnswer.ts',
    from: 'state.failingSince + spooledPatience(policy)',
    to: 'state.failingSince',
    test: {
      file: 'test/unit/domain/entity/spooledBehind.test.ts',
      name: 'is waited for ten minutes all the same: its instance may come back before overwrite',
    },
  },
  {
    name: "forget a deletion's read",
    file: 'activities/requests/retire.ts',
    from: 'requests.count();\n  const answer',
    to: 'const answer',
    test: {
      file: 'test/integration/activities/requests/afterDeath.test.ts',
      name: 'tells with its failure what it sent to the client, its reads too',
    },
  },
  {
    name: 'usual times for all',
    file: 'domain/entity/times.ts',
    from: '...defaultPaceTimes, ...times',
    to: '...defaultPaceTimes',
    test: {
      file: 'test/unit/domain/entity/shownAttempt.test.ts',
      name: 'is the true one of an entity that was told other times',
    },
  },
  {
    name: 'hide the window that moves a rotation',
    file: 'domain/entity/view.ts',
    from: "moved === 'inside'",
    to: "moved === 'before'",
    test: {
      file: 'test/unit/domain/entity/shownAttempt.test.ts',
      name: 'is announced, with its time, from when it is known',
    },
  },
  {
    name: 'lose a version that was set aside',
    file: 'stores/secrets/awsVersions.ts',
    from: '  await keepVersion(send, name, pending);\n',
    to: '',
    test: {
      file: 'test/integration/stores/secrets/aws.test.ts',
      name: 'may be gone, and one that was pending before another is not',
    },
  },
  {
    name: 'keep set-aside versions without end',
    file: 'stores/secrets/awsVersions.ts',
    from: 'if (kept.length < mostKept) return;',
    to: 'return;',
    test: {
      file: 'test/integration/stores/secrets/aws.test.ts',
      name: 'is the oldest one where there are more than may be kept',
    },
  },
  {
    name: 'forget in the table what was set aside',
    file: 'stores/secrets/database.ts',
    from: 'if (!isNew) await keepPending(transaction, row);',
    to: '',
    test: {
      file: 'test/integration/stores/secrets/contract.test.ts',
      name: 'keeps by itself what stops being pending, until it is promoted',
    },
  },
  {
    name: 'never give up what is older',
    file: 'activities/proof/keptVersions.ts',
    from: 'createdAt < since',
    to: 'false',
    test: {
      file: 'test/integration/activities/proof/verdicts.test.ts',
      name: 'are given up by the promotion of a newer one, and kept by that of an older one',
    },
  },
  {
    name: 'probe what the store does not keep',
    file: 'activities/proof/setAside.ts',
    from: 'await keepOnly(deps, config, argument.setAside)',
    to: 'new Set<string>()',
    test: {
      file: 'test/integration/activities/proof/verdicts.test.ts',
      name: 'do not hold up a rotation where they are gone',
    },
  },
  {
    name: 'count a registration at the token endpoint',
    file: 'activities/servers/turn.ts',
    from: 'endpoints?.registrationEndpoint ?? token',
    to: 'token',
    test: {
      file: 'test/unit/activities/servers/turn.test.ts',
      name: 'register of {"registrationEndpoint":"https://reg.example/register","tokenEndpoint":"https://as.example/token"}: [["https://reg.example/register",1],["https://as.example/token",2]]',
    },
  },
  {
    name: 'onboard without a turn at the server found',
    file: 'activities/requests/onboard.ts',
    from: "if (!(await hasTurn(() => turnAt(endpoints)))) return { stoppedAt: 'time', found };",
    to: '',
    test: {
      file: 'test/integration/activities/requests/onboard.test.ts',
      name: 'asks for its turn at the servers that it found, and leaves the registration to itself where that is far away',
    },
  },
  {
    name: 'show paused servers to everybody',
    file: 'stores/records/lists/pausedOrigins.ts',
    from: "        .where(visibleIn('r', visibility))\n",
    to: '',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'pauses the proofs of an origin whose verdicts turn bad together, and wakes no more for it',
    },
  },
  {
    name: 'hide paused servers in status',
    file: 'cli/render.ts',
    from: '    ...paused,\n',
    to: '',
    test: {
      file: 'test/unit/cli/render.test.ts',
      name: 'says before that which servers rest, why and what to do',
    },
  },
  {
    name: 'leave open what a lost task was handed',
    file: 'workflows/registration.ts',
    from: 'the rows have them.\n    this.#refresh = true;',
    to: 'the rows have them.',
    test: {
      file: 'test/integration/workflows/recorded.test.ts',
      name: 'carries out what was handed over to a task of its own chain that is lost',
    },
  },
  {
    name: 'count what came from the wait on',
    file: 'workflows/registration.ts',
    from: 'this.#until(carried.wakeAt, 0)',
    to: 'this.#until(carried.wakeAt)',
    test: {
      file: 'test/integration/workflows/park.test.ts',
      name: 'wakes for an operation at workers that do not know the run: parked without a timer',
    },
  },
  {
    name: 'never rouse what does not end an operation',
    file: 'runtime/chores/reconciler.ts',
    from: 'round: async (_, signal) => void (await unended(signal))',
    to: 'round: async () => undefined',
    test: {
      file: 'test/unit/runtime/chores/reconciler.test.ts',
      name: 'those that do not end an operation are kept or roused, whatever they wait for',
    },
  },
  {
    name: 'look at an unended operation for ever as often',
    file: 'stores/records/registrations/reconciliation.ts',
    from: 'deliveryRetry: overdue, deliveryRetryMaximum: longestLook',
    to: 'deliveryRetry: overdue, deliveryRetryMaximum: overdue',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'finds those that do not end what was handed to them, less and less often',
    },
  },
  {
    name: "a step's answer overrules the judged end",
    file: 'domain/entity/after/proof.ts',
    from: 'judgedAnswer(outcome.current, before.pending, policy)',
    to: 'outcome.current',
    test: {
      file: 'test/unit/domain/entity/oddExpiry.test.ts',
      name: 'takes no end that is a duration for a lifetime',
    },
  },
  {
    name: 'a life is what the step says',
    file: 'domain/entity/rotation/fresh.ts',
    from: 'judgedFresh({ ...known, store, place, versionId, provedAt, manageable }, times)',
    to: 'answered',
    test: {
      file: 'test/unit/domain/entity/oddExpiry.test.ts',
      name: 'takes no end that is a duration for a lifetime',
    },
  },
  {
    name: 'an unproved promotion gives its token back',
    file: 'domain/entity/rotation/promoted.ts',
    from: ' && !unproved',
    to: '',
    test: {
      file: 'test/unit/domain/entity/rotationPace.test.ts',
      name: 'gives nothing back where nothing is known of it',
    },
  },
  {
    name: 'a life that was none gives its token back',
    file: 'domain/credential/pacing.ts',
    from: 'worthIt && lived',
    to: 'worthIt',
    test: {
      file: 'test/unit/domain/credential/pacing.test.ts',
      name: 'a rotation of a life too short to be one does not',
    },
  },
  {
    name: 'year 9999 is 1978',
    file: 'protocols/oauth/numericDate.ts',
    from: 'const mostSeconds = 253_402_300_799;',
    to: 'const mostSeconds = 1e11;',
    test: {
      file: 'test/unit/protocols/oauth/registration.test.ts',
      name: 'with client_secret_expires_at the end of the year 9999',
    },
  },
  {
    name: 'the storm drill spares what never lived',
    file: 'test/drills/storm/judge.ts',
    from: 'if (before.endsAt - before.issuedAt < leastLife) return [];',
    to: '',
    test: {
      file: 'test/unit/drills/stormJudge.test.ts',
      name: 'counts updates of secrets that ended before they were issued',
    },
  },
  {
    name: 'long Retry-After is silent',
    file: 'domain/entity/backOff.ts',
    from: '|| asksForLong(failure, policy)',
    to: '',
    test: {
      file: 'test/unit/domain/entity/longRetryAfter.test.ts',
      name: 'for a year is told at once, and not tried before',
    },
  },
  {
    name: 'conflict stays healthy',
    file: 'domain/entity/health.ts',
    from: "|| read === 'rejected'",
    to: '',
    test: {
      file: 'test/unit/domain/entity/holds.test.ts',
      name: 'and is refused since is told when a proof finds it, and goes on being held since it was found',
    },
  },
  {
    name: 'lost update leaves no doubt',
    file: 'domain/entity/after/request.ts',
    from: '&& leavesDoubt(outcome)',
    to: '&& false',
    test: {
      file: 'test/unit/domain/entity/doubted.test.ts',
      name: 'leaves a credential that is proved at once',
    },
  },
  {
    name: 'uncontrolled knowledge never ages',
    file: 'protocols/oauth/probe.ts',
    from: ': uncontrolledLifetime)',
    to: ': Number.POSITIVE_INFINITY)',
    test: {
      file: 'test/unit/protocols/oauth/probe.test.ts',
      name: 'is missed in the end where none may be sent, and at once where knowledge must be young',
    },
  },
  {
    name: 'a silent watch never wakes',
    file: 'stores/records/proofs/queue.ts',
    from: '(silent || (told && differs))',
    to: '(told && differs)',
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'wakes the entity for what tells nothing, ten days after the last good proof, until it shows that',
    },
  },
  {
    name: 'unproved stays healthy',
    file: 'domain/entity/health.ts',
    from: '|| state.unproved === true',
    to: '',
    test: {
      file: 'test/unit/domain/entity/unproved.test.ts',
      name: 'is unknown, with an attention that says so, once the watch asks after ten days',
    },
  },
  {
    name: 'believe a update that was not read back',
    file: 'activities/requests/storeUpdated.ts',
    from: 'if (readBack?.value.client_secret !== client.clientSecret) throw unread(name);',
    to: 'void readBack;',
    test: {
      file: 'test/integration/activities/requests/settlement.test.ts',
      name: 'an answer stays sealed, and its request open, while the new secret cannot be read back',
    },
  },
  {
    name: 'journal for whoever holds the client',
    file: 'activities/requests/holdersToken.ts',
    from: 'if (!audience.includes(originOf(endpoint))) return;',
    to: '',
    test: {
      file: 'test/integration/activities/requests/siblings.test.ts',
      name: 'at an endpoint of its own brings the holder no token',
    },
  },
  {
    name: 'present a token at a foreign URI',
    file: 'activities/credentials/management.ts',
    from: '!audience.includes(originOf(uri))',
    to: 'false',
    test: {
      file: 'test/integration/activities/requests/siblings.test.ts',
      name: 'is presented nowhere, believed nowhere, and in nobody’s way',
    },
  },
  {
    name: 'take over a foreign client URI',
    file: 'activities/credentials/storeManagement.ts',
    from: '!isWithin(reach) && !moves',
    to: 'false',
    test: {
      file: 'test/integration/activities/requests/siblings.test.ts',
      name: 'takes no client URI outside the audience, and no token that is for one',
    },
  },
  {
    name: 'throw away an answer without its end',
    file: 'protocols/http/exchange.ts',
    from: 'keepWhatever === true && this.#status !== 0',
    to: 'keepWhatever === true && this.#status < 0',
    test: {
      file: 'test/integration/activities/requests/settlement.test.ts',
      name: 'to an update that ends early brings its token, with which the client is read and updated again',
    },
  },
  {
    name: "a renamed client is nobody's",
    file: 'activities/requests/update.ts',
    from: 'clientId === null || clientId === current.clientId',
    to: 'clientId !== undefined',
    test: {
      file: 'test/integration/activities/requests/settlement.test.ts',
      name: 'to an update that shows another client lists that one with its token',
    },
  },
  {
    name: 'keep unknown members of an answer',
    file: 'domain/client/applied.ts',
    from: 'return asked !== undefined && (!secretNames',
    to: 'return (!secretNames',
    test: {
      file: 'test/unit/domain/client/applied.test.ts',
      name: 'secrets are shown under whatever names',
    },
  },
  {
    name: 'a client at a location is none',
    file: 'protocols/oauth/registration.ts',
    from: 'const isElsewhere = status === 303 &&',
    to: 'const isElsewhere = status === 304 &&',
    test: {
      file: 'test/unit/protocols/oauth/registration.test.ts',
      name: 'tells of 303 where it says that the client is: /reg/c1?token=t#t',
    },
  },
  {
    name: 'refused settings stay',
    file: 'api/requests/actions.ts',
    from: 'if (!mayBeTaken(error)) await takeBack().catch(() => undefined);',
    to: '',
    test: {
      file: 'test/integration/api/changes.test.ts',
      name: 'that its entity refuses changes nothing, with a client',
    },
  },
  {
    name: 'adopted client not read each time',
    file: 'domain/entity/clients/known.ts',
    from: '&& !isReadFor(state, lastRead)',
    to: '&& false',
    test: {
      file: 'test/unit/domain/entity/clients.test.ts',
      name: 'is read again before the next update, where reads keep its token, and a rotation reads it once',
    },
  },
  {
    name: 'a repeated request gives back',
    file: 'api/callers/bulkLimit.ts',
    from: "taken.kind === 'taken' ? () => records.giveBackBulkOperation(operationId) : async () => undefined",
    to: '() => records.giveBackBulkOperation(operationId)',
    test: {
      file: 'test/integration/api/bulkLimit.test.ts',
      name: 'a repeated request that is refused gives back nothing that the first one took',
    },
  },
  {
    name: 'a wait does not end on a hold',
    file: 'cli/commands/adding.ts',
    from: '|| view.hold !== undefined ||',
    to: '||',
    test: {
      file: 'test/unit/cli/commands/adding.test.ts',
      name: 'tenant add --wait ends with a hold, whatever the phase: 1',
    },
  },
  {
    name: 'read without end for a change',
    file: 'domain/entity/clients/known.ts',
    from: "const isChange = activeOperation?.kind === 'changeMetadata';",
    to: 'const isChange = false;',
    test: {
      file: 'test/unit/domain/entity/clients.test.ts',
      name: 'a client that was read for the change (c) is read once more for a change beside a rotation: false',
    },
  },
  {
    name: 'read again for an update whose turn has not come',
    file: 'domain/entity/after/turn.ts',
    from: 'state.rotation === null ? null : unsent(state.rotation)',
    to: 'state.rotation',
    test: {
      file: 'test/unit/domain/entity/clients.test.ts',
      name: 'an update whose turn has not come needs no other read',
    },
  },
  {
    name: 'sweep what is still to be handed over',
    file: 'stores/records/ledgers/enteringSecrets.ts',
    from: ".where('operations.ended_at', 'is', null)",
    to: ".where('operations.ended_at', 'is not', null)",
    test: {
      file: 'test/integration/stores/records/contract.test.ts',
      name: 'keep the secret that entered with them for as long as they are to be handed over',
    },
  },
];
