import type { Arguments, Pair } from './ast.ts';
import { DockerfileError } from './error.ts';
import { parseJsonForm } from './json-form.ts';
import type { LogicalText } from './source.ts';
import { splitOnSpace, splitShellWords } from './words.ts';

type ArgumentParser = (text: LogicalText, escapeChar: string, keyword: string) => Arguments;

/** The whole rest of the line as one argument. */
function parseText(text: LogicalText): Extract<Arguments, { form: 'text' }> {
  return { form: 'text', text: text.text === '' ? undefined : text.word() };
}

function parseJsonOrText(text: LogicalText): Extract<Arguments, { form: 'json' | 'text' }> {
  return parseJsonForm(text) ?? parseText(text);
}

function parseJsonOrWords(text: LogicalText): Arguments {
  return parseJsonForm(text) ?? { form: 'words', words: splitOnSpace(text) };
}

function parseWords(text: LogicalText): Arguments {
  return { form: 'words', words: splitOnSpace(text) };
}

function parseShellWords(text: LogicalText, escapeChar: string): Arguments {
  return { form: 'words', words: splitShellWords(text, escapeChar) };
}

/**
 * `KEY=value ...`, or the legacy `KEY value with spaces`: which of the two is told by the first word.
 * @throws DockerfileError `syntax`
 */
function parsePairs(text: LogicalText, escapeChar: string, keyword: string): Arguments {
  const words = splitShellWords(text, escapeChar);
  const first = words[0];
  if (!first) return { form: 'pairs', pairs: [] };
  if (!first.value.includes('=')) {
    const separator = /\s+/.exec(text.text);
    if (!separator) throw new DockerfileError('syntax', `${keyword} must have two arguments`, text.range());
    const key = text.word(0, separator.index);
    const value = text.word(separator.index + separator[0].length);
    return { form: 'pairs', pairs: [{ key, value, legacy: true }] };
  }
  const pairs = words.map(({ value: word, range }): Pair => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      const message = `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`;
      throw new DockerfileError('syntax', message, range);
    }
    return {
      key: { value: word.slice(0, equals), range },
      value: { value: word.slice(equals + 1), range },
      legacy: false,
    };
  });
  return { form: 'pairs', pairs };
}

function parseHealthcheck(text: LogicalText): Arguments {
  const type = /^\S+/.exec(text.text)?.[0];
  if (type === undefined) return { form: 'healthcheck', type: undefined, test: { form: 'text', text: undefined } };
  return {
    form: 'healthcheck',
    type: text.word(0, type.length),
    test: parseJsonOrText(text.slice(type.length).trim()),
  };
}

/** How each instruction's arguments are read. ONBUILD's are an instruction, which the parser reads itself. */
export const ARGUMENT_PARSERS: Readonly<Record<string, ArgumentParser>> = {
  ADD: parseJsonOrWords,
  ARG: parseShellWords,
  CMD: parseJsonOrText,
  COPY: parseJsonOrWords,
  ENTRYPOINT: parseJsonOrText,
  ENV: parsePairs,
  EXPOSE: parseWords,
  FROM: parseWords,
  HEALTHCHECK: parseHealthcheck,
  LABEL: parsePairs,
  MAINTAINER: parseText,
  RUN: parseJsonOrText,
  SHELL: parseJsonOrText,
  STOPSIGNAL: parseText,
  USER: parseText,
  VOLUME: parseJsonOrWords,
  WORKDIR: parseText,
};

export const INSTRUCTION_NAMES: readonly string[] = [...Object.keys(ARGUMENT_PARSERS), 'ONBUILD'].sort();
