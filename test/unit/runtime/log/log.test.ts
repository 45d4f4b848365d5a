import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RegistrarFailure } from '../../../../domain/failure.ts';
import { eventFromMessage, fastifyLogger, temporalLogger } from '../../../../runtime/log/adapters.ts';
import { errorFields } from '../../../../runtime/log/errorFields.ts';
import { createLog, type LogFields } from '../../../../runtime/log/log.ts';

const canary = 'cAnArY-9f3b1c77d2e84a06';

function capture(level: Parameters<typeof createLog>[0] = 'trace') {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { log: createLog(level, destination), lines, text: () => JSON.stringify(lines) };
}

describe('createLog', () => {
  it('writes event, level, time, pid and allowed fields', () => {
    const { log, lines } = capture();
    log.info('step.done', { registrationId: 'a.b.c.main', attempt: 2, adopted: true });
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        pid: process.pid,
        event: 'step.done',
        registrationId: 'a.b.c.main',
        attempt: 2,
        adopted: true,
      },
    ]);
  });

  it('drops fields that are unknown or of another shape, at run time too', () => {
    const { log, lines, text } = capture();
    const fields = {
      clientSecret: canary,
      body: canary,
      status: canary,
      registrationId: { toString: () => canary },
      tenantId: `x\n${canary}`,
      origin: `https://ehr.test/${canary}`,
      port: Number.NaN,
    };
    log.warn('step.done', fields as unknown as LogFields);
    log.child(fields as unknown as LogFields).info('step.done');
    expect(text()).not.toContain(canary);
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(['event', 'level', 'pid', 'time']);
  });

  it('tells of an error object its class, code and own frames', () => {
    const { log, lines, text } = capture();
    const error = Object.assign(new Error(canary, { cause: new Error(canary) }), { code: 'E1', body: canary });
    log.error('step.failed', { attempt: 1 }, error);
    expect(text()).not.toContain(canary);
    expect(lines[0]).toMatchObject({ event: 'step.failed', attempt: 1, errorClass: 'Error', errorCode: 'E1' });
  });

  it('does not take a sentence for an event', () => {
    const { log, lines, text } = capture();
    log.error(`Request failed: ${canary}`);
    expect(lines[0]?.['event']).toBe('invalid-event');
    expect(text()).not.toContain(canary);
  });

  it('keeps only origins of URLs', () => {
    const { log, lines } = capture();
    log.info('peer.asked', { origin: 'https://ehr.test:8443' });
    expect(lines[0]?.['origin']).toBe('https://ehr.test:8443');
  });

  it('writes nothing below its level', () => {
    const { log, lines } = capture('warn');
    log.info('step.done');
    log.debug('step.done');
    expect(lines).toEqual([]);
  });
});

describe('errorFields', () => {
  it('tells class, code and own frames of a foreign error, never message or cause', () => {
    const error = Object.assign(new TypeError(canary, { cause: new Error(canary) }), {
      code: 'ECONNRESET',
      body: canary,
    });
    const fields = errorFields(error);
    expect(fields).toMatchObject({ errorClass: 'TypeError', errorCode: 'ECONNRESET' });
    expect(fields.stack?.[0]).toMatch(/\(test\/unit\/runtime\/log\/log\.test\.ts:\d+:\d+\)$/);
    expect(JSON.stringify(fields)).not.toContain(canary);
  });

  it('is not fooled by a message that imitates frames', () => {
    const root = new URL('../../../../', import.meta.url).pathname;
    const error = new Error(`x\n    at ${canary} (${root}${canary}.ts:1:1)`);
    expect(JSON.stringify(errorFields(error))).not.toContain(canary);
  });

  it('leaves out frames of packages and unusual codes', () => {
    const error = Object.assign(new Error('x'), { code: `a b ${canary}` });
    error.stack = `Error: x\n    at f (${new URL('../../../../', import.meta.url).pathname}node_modules/p/i.js:1:1)`;
    expect(errorFields(error)).toEqual({ errorClass: 'Error' });
  });

  it('shows the message of our own failures', () => {
    const failure = new RegistrarFailure({ reason: 'PeerUnavailable', retryClass: 'transient', message: 'no answer' });
    expect(errorFields(failure)).toMatchObject({ errorClass: 'RegistrarFailure', errorMessage: 'no answer' });
  });

  it.each([null, undefined, canary, 5, { message: canary }])('takes anything thrown (%j)', (thrown) => {
    expect(JSON.stringify(errorFields(thrown))).not.toContain(canary);
  });
});

describe('temporalLogger', () => {
  it('reduces message and metadata', () => {
    const { log, lines, text } = capture();
    const logger = temporalLogger(log);
    logger.warn(`Failed to poll: ${canary}`, {
      taskQueue: 'registrar',
      workflowId: 'registration/a.b.c.main',
      attempt: 3,
      durationMs: 12,
      error: new Error(canary),
      payload: canary,
    });
    expect(lines[0]).toMatchObject({
      level: 'warn',
      event: 'temporal.failed-to-poll',
      taskQueue: 'registrar',
      workflowId: 'registration/a.b.c.main',
      attempt: 3,
      durationMilliseconds: 12,
      errorClass: 'Error',
    });
    expect(text()).not.toContain(canary);
  });

  it.each([
    ['Worker state changed', 'temporal.worker-state-changed'],
    [`error "${canary}"`, 'temporal.error'],
    [canary, 'temporal'],
    ['', 'temporal'],
    [{ canary }, 'temporal'],
  ])('names %j', (message, event) => {
    expect(eventFromMessage('temporal', message)).toBe(event);
  });
});

describe('fastifyLogger', () => {
  const request = {
    id: 'req-1',
    method: 'GET',
    url: `/v1/tenants/x?token=${canary}`,
    headers: { authorization: canary },
    routeOptions: { url: '/v1/tenants/:tenantId' },
    body: canary,
  };

  it('writes the route pattern, not the URL, headers or body', () => {
    const { log, lines, text } = capture();
    const logger = fastifyLogger(log).child({ reqId: 'req-1', secret: canary });
    logger.info({ req: request }, 'incoming request');
    logger.info({ res: { statusCode: 200, request }, responseTime: 1.5 }, 'request completed');
    logger.error({ req: request, res: { statusCode: 500, request }, err: new Error(canary) }, canary);
    logger.error(new Error(canary));
    logger.info(`Route GET:/x?${canary} not found`);
    expect(lines.map((line) => line['event'])).toEqual([
      'request.received',
      'request.completed',
      'request.failed',
      'request.failed',
      'http.route-get',
    ]);
    expect(lines[0]).toMatchObject({ method: 'GET', route: '/v1/tenants/:tenantId', requestId: 'req-1' });
    expect(lines[1]).toMatchObject({ status: 200, durationMilliseconds: 1.5 });
    expect(text()).not.toContain(canary);
  });
});
