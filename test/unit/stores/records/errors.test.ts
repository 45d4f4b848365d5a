import { describe, expect, it } from 'vitest';
import { RecordsError } from '../../../../domain/ports/recordsError.ts';
import { guarded, toRecordsError } from '../../../../stores/records/errors.ts';

const planted = 'planted-secret';
const driverError = (code: string) => Object.assign(new Error(`duplicate key (${planted})`), { code, detail: planted });

describe('toRecordsError', () => {
  it.each(['08006', '28P01', '3D000', '40001', '40P01', '53300', '57P01', '57014', '25006', '25P03', '55P03'])(
    'says that SQLSTATE %s may pass',
    (code) => {
      expect(toRecordsError(driverError(code))).toMatchObject({ code: 'unavailable' });
    },
  );

  it.each(['22003', '22P05', '23505', '42501', '42P01'])('says that SQLSTATE %s will not pass', (code) => {
    expect(toRecordsError(driverError(code))).toMatchObject({
      code: 'failed',
      message: `The database refused a statement (SQLSTATE ${code}).`,
    });
  });

  it.each([
    driverError('ECONNREFUSED'),
    driverError('EPIPE'),
    new Error('Connection terminated unexpectedly'),
    new AggregateError([driverError('ECONNREFUSED')]),
  ])('takes %s for a database that does not answer', (error) => {
    expect(toRecordsError(error)).toMatchObject({ code: 'unavailable' });
  });

  it.each([new TypeError(planted), new SyntaxError(planted), planted, undefined, { code: '23505' }])(
    'takes %s for a defect',
    (error) => {
      expect(toRecordsError(error)).toMatchObject({ code: 'failed' });
    },
  );

  it('keeps neither message, nor detail, nor cause, but the frames of a defect', () => {
    const errors = [driverError('23505'), driverError('08006'), new Error(planted), new TypeError(planted)];
    for (const error of errors) {
      const shown = toRecordsError(error);
      expect(shown.cause).toBeUndefined();
      expect(`${shown.message}${shown.stack}${JSON.stringify(shown)}`).not.toContain(planted);
    }
    expect(toRecordsError(new TypeError(planted)).stack).toContain('errors.test.ts');
  });

  it('passes its own errors through', () => {
    const own = new RecordsError('exists', 'There already.', '/tenantId');
    expect(toRecordsError(own)).toBe(own);
  });
});

describe('guarded', () => {
  it('wraps throwing and rejecting alike, and leaves answers alone', async () => {
    const functions = guarded({
      good: async (text: string) => `${text}!`,
      rejecting: () => Promise.reject(driverError('23505')),
      throwing: (): Promise<never> => {
        throw driverError('08006');
      },
    });
    expect(await functions.good('yes')).toBe('yes!');
    await expect(functions.rejecting()).rejects.toMatchObject({ name: 'RecordsError', code: 'failed' });
    await expect(functions.throwing()).rejects.toMatchObject({ name: 'RecordsError', code: 'unavailable' });
  });
});
