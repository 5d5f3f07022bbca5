/** Builds the `denidin` command line from its menu and the list of operations, and runs it. */
import { resolve } from 'node:path'
import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander'
import { fieldsOf, fromText, type Field } from '../../operations/fields.ts'
import { operations as allOperations, type Operations } from '../../operations/list.ts'
import type { Operation } from '../../operations/operation.ts'
import { DenidinError } from '../../platform/errors.ts'
import { EXIT_DONE, EXIT_USAGE, report } from './errors.ts'
import { addLocalCommands, type LocalDeps } from './local/commands.ts'
import { cliGroups, cliMenu, type CliEntry, type CliMenu } from './menu.ts'
import type { Connection } from './connect.ts'
import { kebab } from './render.ts'
import { runOperation } from './run-operation.ts'
import { watchReader, type Output, type Terminal } from './terminal.ts'
import { UsageCommand } from './usage-command.ts'

export interface CliDeps extends Terminal, Connection {
  /** The arguments after `denidin`. */
  readonly argv: readonly string[]
  readonly version: string
  readonly local: LocalDeps
  /** Cancels the running operation (Ctrl-C). */
  readonly signal?: AbortSignal
  /** The operations to run, and their menu. */
  readonly operations?: Operations
  readonly menu?: CliMenu
}

/** Runs one command line and resolves with its exit code: 0 done, 1 failed, 2 wrong usage. Never rejects. */
export const runCli = async (deps: CliDeps): Promise<number> => {
  const { argv, version, stdout, stderr, menu = cliMenu } = deps
  const operations: Operations = deps.operations ?? allOperations
  watchReader(stdout)
  watchReader(stderr)
  const program = createProgram(version, stdout, stderr)
  let exit = EXIT_DONE
  addLocalCommands(program, deps, code => {
    exit = code
  })
  for (const [words, entry] of Object.entries(menu)) {
    const operation = operations[entry.run]
    if (operation !== undefined) addCommand(program, words, entry, operation, deps)
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_DONE : EXIT_USAGE
    const calledOff = deps.signal?.aborted === true ? new DenidinError('stopping', 'interrupted') : undefined
    return await report(calledOff ?? thrown, stderr, argv.includes('--json'))
  }
}

const HELP_COLUMNS = 100

const createProgram = (version: string, stdout: Output, stderr: Output): Command =>
  new UsageCommand('denidin')
    .description('A self-hosted WhatsApp assistant that remembers')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'Show help for a command')
    // Otherwise a command with subcommands takes their options of the same name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? HELP_COLUMNS,
      getErrHelpWidth: () => stderr.columns ?? HELP_COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })

const addCommand = (program: Command, words: string, entry: CliEntry, operation: Operation, deps: CliDeps): void => {
  const path = words.split(' ')
  const group = path.slice(0, -1).reduce((above, _, at) => groupOf(above, path.slice(0, at + 1)), program)
  const command = group.command(path.at(-1) ?? words).description(operation.summary)
  const fields = fieldsOf(operation.input)
  const positions = entry.positions
    .map(name => fields.find(field => field.name === name))
    .filter(each => each !== undefined)
  for (const field of positions) {
    const name = `${kebab(field.name)}${entry.words === true && field === positions.at(-1) ? '...' : ''}`
    command.argument(field.required ? `<${name}>` : `[${name}]`, explain(field))
  }
  const options = fields.filter(field => !positions.includes(field))
  for (const field of options) command.addOption(optionFor(field))
  // What may be left out may also be given by name, so that no one has to know which of the two a command takes.
  const named = positions.filter(field => !field.required)
  for (const field of named) command.addOption(nameOf(field))
  const mayAsk = operation.effect === 'destroy' || operation.confirm !== undefined
  if (mayAsk) command.option('--yes', 'do it without asking for confirmation')
  command.option('--json', 'print JSON')
  if (entry.document !== undefined) command.option('--output <file>', 'write it to this file')

  command.action(async (...given: unknown[]) => {
    refuseMisplacedOptions(command)
    const typed = command.opts<Record<string, string | boolean | undefined>>()
    const texts = Object.fromEntries([
      ...positions.map((field, index) => [field.name, once(command, field, joined(given[index]), typed)] as const),
      ...options.map(field => [field.name, typed[camel(field.name)]] as const),
    ])
    await runOperation(deps, {
      name: entry.run,
      operation,
      input: fromText(operation.input, { ...texts, ...absolute(entry.paths ?? [], texts) }),
      command: words,
      without_data: entry.without_data,
      optional: entry.optional,
      report: entry.report,
      clarify: entry.clarify,
      document: entry.document,
      output_file: entry.document === undefined ? undefined : joined(typed['output']),
      json: typed['json'] === true,
      confirmed: typed['yes'] === true,
      ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    })
  })
}

/** The option that gives a positional argument by its name. */
const nameOf = ({ name }: Field): Option =>
  givenOnce(new Option(`--${kebab(name)} <value>`, `the same as [${kebab(name)}]`))

/** The value of a positional argument, given by position or by name. @throws CommanderError if given twice */
const once = (
  command: Command,
  { name }: Field,
  at_position: string | undefined,
  typed: Readonly<Record<string, string | boolean | undefined>>,
): string | undefined => {
  const by_name = typed[camel(name)]
  if (typeof by_name !== 'string') return at_position
  if (at_position !== undefined && at_position !== by_name) {
    command.error(`give ${kebab(name)} once: "${at_position}" or --${kebab(name)} ${by_name}`)
  }
  return by_name
}

/** An option before the last command would be ignored. @throws DenidinError `invalid_input` */
const refuseMisplacedOptions = (command: Command): void => {
  for (let above = command.parent; above !== null; above = above.parent) {
    const typed = above.options.find(option => above.getOptionValueSource(option.attributeName()) === 'cli')
    if (typed !== undefined) command.error(`${typed.long ?? typed.flags} must come after "${command.name()}"`)
  }
}

/** The process that owns the data folder may run in another folder. */
const absolute = (
  fields: readonly string[],
  texts: Readonly<Record<string, string | boolean | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap(name => {
      const path = texts[name]
      return typeof path === 'string' && path.trim() !== '' ? [[name, resolve(path)] as const] : []
    }),
  )

/** The group below `above` that the last word of `path` names. */
const groupOf = (above: Command, path: readonly string[]): Command => {
  const name = path.at(-1) ?? ''
  return (
    above.commands.find(each => each.name() === name) ??
    above.command(name).description(cliGroups[path.join(' ')] ?? '')
  )
}

/** A field that is true by default becomes an option that disables it. */
const optionFor = (field: Field): Option => {
  const flag = kebab(field.name)
  if (field.type === 'array')
    return repeatable(new Option(`--${flag} <value>`, `${explain(field)}; may be given several times`))
  if (field.type !== 'boolean') return givenOnce(new Option(`--${flag} <value>`, explain(field)))
  return field.default === true
    ? new Option(`--no-${flag}`, `do not ${field.description}`)
    : new Option(`--${flag}`, field.description)
}

/** With two values, one of them would be ignored. */
const givenOnce = (option: Option): Option =>
  option.argParser((value, before: string | undefined) => {
    if (before === undefined || before === value) return value
    throw new InvalidArgumentError(`It is given twice, as "${before}" and "${value}"; give it once.`)
  })

/** Each use adds a value. */
const repeatable = (option: Option): Option =>
  option.argParser((value, before: unknown) => [...(Array.isArray(before) ? (before as string[]) : []), value])

const explain = ({ description, values, default: standard }: Field): string =>
  [
    description,
    values.length === 0 ? '' : `(${values.join(', ')})`,
    standard === undefined ? '' : `(default: ${String(standard)})`,
  ]
    .filter(each => each !== '')
    .join(' ')

const joined = (given: unknown): string | undefined =>
  Array.isArray(given) ? (given.length === 0 ? undefined : given.join(' ')) : (given as string | undefined)

/** How commander spells the key of an option. */
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
