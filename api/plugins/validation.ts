import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import fp from 'fastify-plugin';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { problemOfIssues, type RequestPart } from '../problems/pointers.ts';
import { ProblemError } from '../problems/problem.ts';
import { isStorable, unstorable, unstorableRule } from '../schemas/plainText.ts';

/** Judges each part of a request by its zod schema; what does not satisfy it is answered with pointers. */
const validate: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = (httpPart ?? 'body') as RequestPart;
  return (data: unknown) => {
    // Fastify hands a missing body over as null.
    const result = schema.safeParse(part === 'body' ? (data ?? undefined) : data);
    return result.success ? { value: result.data } : { error: problemOfIssues(result.error.issues, part) };
  };
};

/** JSON bodies and their judgement; text that cannot be stored is refused before any schema sees it. */
export const validationPlugin = fp(
  async (app: FastifyInstance) => {
    app.setValidatorCompiler(validate);
    app.setSerializerCompiler<z.ZodType>(serializerCompiler);
    app.removeAllContentTypeParsers();
    const parse = app.getDefaultJsonParser('error', 'error');
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
      if (text === '') return done(null, undefined);
      // Answers through its callback.
      void parse(request, text as string, (error, value) => (error ? done(malformedJson(error)) : done(null, value)));
    });
    app.addHook('preValidation', async (request) => {
      const item = unstorable(request.body);
      if (item !== null)
        throw new ProblemError('validation-failed', `${item.pointer || 'the body'}: ${item.message}.`, {
          errors: [item],
        });
      for (const [parameter, value] of Object.entries((request.query ?? {}) as Record<string, unknown>)) {
        if (isStorable(parameter) && [value].flat().every((text) => isStorable(String(text)))) continue;
        throw new ProblemError('validation-failed', `A query parameter ${unstorableRule}.`, {
          errors: [{ parameter: parameter.toWellFormed(), message: unstorableRule }],
        });
      }
    });
  },
  { name: 'validation' },
);

/** The parser's message quotes the body, which may hold a secret: only the position is repeated. */
function malformedJson(error: Error): ProblemError {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  const where = position === undefined ? '' : ` It stops being JSON at character ${position}.`;
  return new ProblemError(
    'malformed-json',
    `The body cannot be read as JSON.${where} Check quotes, commas and braces.`,
  );
}
