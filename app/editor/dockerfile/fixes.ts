import { type Finding, quotedWords } from './checks.ts';

/** An edit that mends what a finding is about. */
export interface Fix {
  /** What it does, as a menu says it. */
  readonly title: string;
  /** What takes the place of the finding's range. */
  readonly text: string;
}

/**
 * The edit that mends a finding, where there is one that cannot be wrong.
 * @param found the text in the finding's range
 */
export function fixFor(finding: Finding, found: string): Fix | null {
  const text = finding.rule ? ruleFix(finding.rule.name, finding.message, found) : suggested(finding, found);
  if (text === null || text === found) return null;
  return { title: TITLES[finding.rule?.name ?? ''] ?? `Change to ${text}`, text };
}

const TITLES: Readonly<Record<string, string>> = {
  JSONArgsRecommended: 'Change to JSON form',
  LegacyKeyValueFormat: 'Change to key=value',
  MaintainerDeprecated: 'Change to LABEL',
};

/** The misspelt word comes first in the range: an instruction, or `--flag=value`. */
function suggested({ suggestion }: Finding, found: string): string | null {
  if (suggestion === undefined) return null;
  return found.startsWith('--') ? found.replace(/^--[^=\s]*/, `--${suggestion}`) : found.replace(/^\S+/, suggestion);
}

function ruleFix(rule: string, message: string, found: string): string | null {
  const [word = '', other = ''] = quotedWords(message);
  // Ranges of more than the word that is meant are left alone.
  const isWord = found === word;
  switch (rule) {
    case 'StageNameCasing':
    case 'ExposeProtoCasing':
      return isWord ? found.toLowerCase() : null;
    case 'FromAsCasing':
      return isWord ? inCaseOf(found, other) : null;
    case 'ConsistentInstructionCasing':
      if (!isWord) return null;
      return message.includes('(lowercase)') ? found.toLowerCase() : found.toUpperCase();
    case 'MaintainerDeprecated':
      return replaced(found, /^MAINTAINER\s+([^"\\$\n]+)$/i, 'LABEL org.opencontainers.image.authors="$1"');
    case 'LegacyKeyValueFormat':
      return replaced(found, /^(ENV|LABEL)\s+([\w.-]+)\s+([^"'\\\n]+)$/i, '$1 $2="$3"');
    case 'JSONArgsRecommended':
      return execForm(found);
    default:
      return null;
  }
}

function inCaseOf(word: string, model: string): string {
  return model === model.toLowerCase() ? word.toLowerCase() : word.toUpperCase();
}

function replaced(text: string, pattern: RegExp, replacement: string): string | null {
  return pattern.test(text) ? text.replace(pattern, replacement) : null;
}

/** `CMD ./app -v` as `CMD ["./app", "-v"]`, if no shell is needed to read it. */
function execForm(text: string): string | null {
  const match = /^(CMD|ENTRYPOINT)\s+([\w./:=@%+, -]+)$/i.exec(text);
  const [, keyword, words = ''] = match ?? [];
  if (keyword === undefined) return null;
  const quoted = words
    .trim()
    .split(/\s+/)
    .map((argument) => JSON.stringify(argument));
  return `${keyword} [${quoted.join(', ')}]`;
}
