import { CliError } from '../errors.ts';
import { TemplateError } from '../template/ast.ts';
import { compileTemplate } from '../template/execute.ts';

/** `--format` of one thing. Gives a function from data to text; both throw CliError. */
export function formatTemplate(source: string, parseWords = 'template parsing error: '): (data: unknown) => string {
  const words = (error: unknown): unknown =>
    error instanceof TemplateError ? new CliError(parseWords + error.message, 1, { cause: error }) : error;
  try {
    const template = compileTemplate(source === 'json' ? '{{json .}}' : source);
    return (data) => {
      try {
        return template.execute(data);
      } catch (error) {
        throw words(error);
      }
    };
  } catch (error) {
    throw words(error);
  }
}
