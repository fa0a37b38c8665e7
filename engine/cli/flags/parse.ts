import { suggest } from '../../dockerfile/suggest.ts';
import { type Flag, type FlagType, flagLabel } from './flag.ts';
import { FlagValueError, type ParsedValue, parseFlagValue } from './values.ts';

/** The line does not follow the flags; the message is Docker's, without the usage that goes below it. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
  readonly code = 'flag';
  /** The flag that was probably meant, with its dashes. */
  readonly suggestion: string | undefined;
  constructor(message: string, suggestion?: string) {
    super(message);
    this.suggestion = suggestion;
  }
}

export interface ParsedLine {
  readonly values: Readonly<Record<string, ParsedValue>>;
  /** Names of the flags that were given. */
  readonly changed: ReadonlySet<string>;
  readonly rest: readonly string[];
  /** `--help`, or `-h` where no flag of the command has that letter. */
  readonly help: false | 'help' | 'shorthand';
}

/**
 * Reads a command line as Docker does (GNU style: `--name value`, `--name=value`, `-abc`, `-n5`, `--`).
 * `interspersed`: flags may follow arguments; otherwise the first argument ends them. Throws {@link FlagError}.
 */
export function parseFlags(flags: readonly Flag[], argv: readonly string[], interspersed: boolean): ParsedLine {
  const byName = new Map(flags.map((each) => [each.name, each]));
  const byShorthand = new Map(flags.filter((each) => each.shorthand).map((each) => [each.shorthand, each]));
  const values: Record<string, ParsedValue> = {};
  for (const each of flags) values[each.name] = each.initial ?? zero(each.type);
  const changed = new Set<string>();
  const rest: string[] = [];
  let help: ParsedLine['help'] = false;
  let index = 0;

  const set = (target: Flag, text: string): void => {
    const value = parse(target, text);
    const before = values[target.name];
    values[target.name] =
      Array.isArray(value) && Array.isArray(before) && changed.has(target.name) ? [...before, ...value] : value;
    changed.add(target.name);
  };

  const long = (argument: string): void => {
    const body = argument.slice(2);
    if (body === '' || body.startsWith('-') || body.startsWith('=')) {
      throw new FlagError(`bad flag syntax: ${argument}`);
    }
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const target = byName.get(name);
    if (!target) {
      if (name === 'help') {
        if (equals < 0 || parse(HELP, body.slice(equals + 1)) === true) help = 'help';
        return;
      }
      const near = suggest(
        name,
        [...byName.values()].filter((each) => !each.hidden).map((each) => each.name),
      );
      throw new FlagError(`unknown flag: --${name}`, near && `--${near}`);
    }
    if (equals >= 0) set(target, body.slice(equals + 1));
    else if (target.type === 'bool') set(target, 'true');
    else set(target, next(`flag needs an argument: --${name}`));
    if (target.name === 'help' && values.help === true) help = 'help';
  };

  const short = (argument: string): void => {
    let letters = argument.slice(1);
    while (letters) {
      const letter = letters.charAt(0);
      const target = byShorthand.get(letter);
      if (!target) {
        if (letter !== 'h') throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
        help = 'shorthand';
        letters = letters.slice(1);
        continue;
      }
      const after = letters.slice(1);
      if (after.startsWith('=')) {
        set(target, after.slice(1));
        return;
      }
      if (target.type !== 'bool') {
        set(target, after || next(`flag needs an argument: '${letter}' in -${letters}`));
        return;
      }
      set(target, 'true');
      letters = after;
    }
  };

  const next = (otherwise: string): string => {
    const value = argv[index];
    if (value === undefined) throw new FlagError(otherwise);
    index++;
    return value;
  };

  while (index < argv.length) {
    const argument = argv[index++] ?? '';
    if (argument === '--') {
      rest.push(...argv.slice(index));
      break;
    }
    if (argument.startsWith('--')) long(argument);
    else if (argument.startsWith('-') && argument !== '-') short(argument);
    else {
      rest.push(argument);
      if (!interspersed) {
        rest.push(...argv.slice(index));
        break;
      }
    }
  }
  return { values, changed, rest, help };
}

const HELP: Flag = { name: 'help', type: 'bool', usage: '', shorthand: '' };

function parse(target: Flag, text: string): ParsedValue {
  try {
    target.check?.(text);
    return parseFlagValue(target.name, target.type, text);
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error;
    throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${flagLabel(target)}" flag: ${error.message}`);
  }
}

function zero(type: FlagType): ParsedValue {
  switch (type) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'int':
    case 'uint16':
    case 'bytes':
    case 'decimal':
    case 'duration':
      return 0;
    default:
      return [];
  }
}
