import { describe, expect, test } from 'vitest';
import { detailForms } from '../../../../domain/operations/details.ts';
import { operationKinds, operationRequestSchema } from '../../../../domain/operations/request.ts';

const good = { operationId: '1f0e4a52-6f0c-4d5e-9b3a-2f1f0b6f7c11', kind: 'rotate', actor: 'key:1', reason: 'asked' };

describe('an operation request', () => {
  const bare = operationKinds.filter((kind) => detailForms[kind](undefined));
  test.each(bare.map((kind) => [kind]))('of kind %s is taken', (kind) => {
    const request = { ...good, kind };
    expect(operationRequestSchema.safeParse(request)).toEqual({ success: true, data: request });
  });

  test.each([
    ['without a reason', { ...good, reason: undefined }],
    ['with an empty reason', { ...good, reason: '' }],
    ['with the longest texts', { ...good, actor: 'a'.repeat(200), reason: 'r'.repeat(500) }],
  ])('%s is taken', (_, request) => {
    expect(operationRequestSchema.safeParse(request).success).toBe(true);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'rotate'],
    ['a list', [good]],
    ['no operation id', { ...good, operationId: undefined }],
    ['an operation id that is no UUID', { ...good, operationId: 'rotate-1' }],
    ['an operation id with a line after it', { ...good, operationId: `${good.operationId}\n` }],
    ['an unknown kind', { ...good, kind: 'explode' }],
    ['a kind of the prototype', { ...good, kind: 'toString' }],
    ['no actor', { ...good, actor: undefined }],
    ['an empty actor', { ...good, actor: '' }],
    ['an actor that is too long', { ...good, actor: 'a'.repeat(201) }],
    ['a reason that is no text', { ...good, reason: 7 }],
    ['a reason that is too long', { ...good, reason: 'r'.repeat(501) }],
    ['details that its kind does not take', { ...good, details: {} }],
    ['no details where its kind needs them', { ...good, kind: 'reportLaunch' }],
    ['an unknown member', { ...good, clientSecret: 'x' }],
  ])('that is or has %s is refused', (_, request) => {
    expect(operationRequestSchema.safeParse(request)).toEqual({ success: false });
  });
});
