/**
 * The command line: which command, and the text of its flags. What the texts mean, and which other sources there are, stands in
 * configuration.ts; nothing is printed here and nothing exits.
 *
 * @module
 */
import { isAbsolute, resolve } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { allSettings, type Found, fromFlag, nearest, type SettingRow, settings, valueOfText } from '../../core/index.ts'

/** The command line or the configuration is wrong: one line for standard error, exit code 2. */
export interface ConfigProblem {
  readonly _tag: 'ConfigProblem'
  readonly line: string
}

export const configProblem = (line: string): ConfigProblem => ({ _tag: 'ConfigProblem', line })

export type CommandName = 'run' | 'status' | 'demo' | 'events' | 'replay' | 'import'

/** A command and what its flags said. */
export interface Flags {
  readonly _tag: 'Flags'
  readonly command: CommandName
  /** Values of settings by their keys in the configuration file. */
  readonly values: ReadonlyMap<string, Found>
  readonly configPath: string | undefined
  readonly json: boolean
  /** What `--from` said, as it was typed. */
  readonly from: string | undefined
  /** What stood on the command line beside the flags, as it was typed. */
  readonly paths: ReadonlyArray<string>
}

/** `--help` or `--version` was asked for: write this on standard output as it is, with its last line's end, and exit 0. */
export interface ShowText {
  readonly _tag: 'ShowText'
  readonly text: string
}

const commandNames: ReadonlyArray<CommandName> = ['run', 'status', 'demo', 'events', 'replay', 'import']

const rowsOf = (command: CommandName): ReadonlyArray<SettingRow> => {
  switch (command) {
    case 'run':
      return allSettings
    case 'status':
      return [settings.stateDir]
    case 'demo':
      return [settings.log]
    case 'events':
      return [settings.criSocket]
    case 'replay':
      return []
    case 'import':
      return [settings.namespaces, settings.stateDir]
  }
}

const groupOf = (row: SettingRow): string => (row.key.startsWith('policy.') ? 'Policy:' : 'Options:')

const collect = (value: string, previous: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [...(previous ?? []), value]

const isRepeatable = (row: SettingRow): boolean => row.shape === 'list' || row.shape === 'lines'

const optionOf = (row: SettingRow): Option => {
  const names = `${row.short === undefined ? '' : `${row.short}, `}${row.flag}`
  const option = new Option(
    row.argument === undefined ? names : `${names} <${row.argument}>`,
    `${row.meaning} (default: ${row.defaultText}; env: ${row.env.join(' or ')})`,
  ).helpGroup(groupOf(row))
  return isRepeatable(row) ? option.argParser(collect) : option
}

const configOption = (): Option =>
  new Option('-c, --config <PATH>', 'Configuration file in TOML (default: none; env: CONTAINERD_REAPER_CONFIG)').helpGroup(
    'Options:',
  )

const paths: ReadonlyArray<SettingRow> = [settings.stateDir, settings.criSocket, settings.nriSocket, settings.nriPluginDir]
const isPath = ({ key }: SettingRow): boolean => paths.some((path) => path.key === key)

/** A path that a person typed is meant from where that person stands; in a file or a unit nobody stands anywhere. */
const fromHere = (row: SettingRow, text: string): string =>
  isPath(row) && !isAbsolute(text) && !text.startsWith('-') && text !== '' ? resolve(text) : text

const rawOf = (row: SettingRow, value: unknown): unknown => {
  if (Array.isArray(value)) return value.flatMap((text) => valueOfText(row.shape, String(text)))
  return typeof value === 'string' ? valueOfText(row.shape, fromHere(row, value)) : value
}

const attribute = (flag: string): string => new Option(flag).attributeName()

const valuesOf = (rows: ReadonlyArray<SettingRow>, given: Readonly<Record<string, unknown>>): ReadonlyMap<string, Found> =>
  new Map(rows.flatMap((row): ReadonlyArray<readonly [string, Found]> => {
    const value = given[attribute(row.flag)]
    if (value === undefined) return []
    return [[row.key, { raw: rawOf(row, value), origin: fromFlag(value === false ? row.flag.replace('--', '--no-') : row.flag) }]]
  }))

const examples = `
Examples:
  containerd-reaper run --namespace ci --dry-run
  containerd-reaper run --namespace ci,build --selector labels.app==runner --log json
  containerd-reaper run --config /etc/containerd-reaper.toml

Flags count before the environment, the environment before the configuration file.
Durations are written with their unit: 250ms, 10s, 1m30s.`

const summaries: Readonly<Record<CommandName, string>> = {
  run: 'Clean up after the containers of the given namespaces, until told to stop',
  status: 'Show what is being handled: since when, which attempt, last error',
  events: 'Follow what happens to the containers of a namespace, as a running reaper tells it',
  replay: 'Show what became of each container: when it exited, each step, each failure, when it was announced',
  import: "Take over what containerd's CRI plugin has written down of its containers, before the first start in its place",
  demo: 'Show it at work on an embedded containerd; needs no root and touches nothing',
}

type Read = E.Either<ConfigProblem, Flags>

/** What a command wants beside its flags: a name for it, a description, and how many at most. */
const wantedPaths: Readonly<Partial<Record<CommandName, readonly [argument: string, about: string, most: number]>>> = {
  replay: ['<journal>', 'A state directory, a store in one (a damaged one too), or a file that replay --json wrote', 1],
  import: ['<paths...>', 'Files named status, folders of containers, or the folder that holds those', Infinity],
}

/** One command with its flags; `done` gets what was read. */
const addCommand = (program: Command, name: CommandName, done: (read: Read) => void): void => {
  const rows = rowsOf(name)
  const command = program.command(name).description(summaries[name]).allowExcessArguments(true)
  rows.forEach((row) => command.addOption(optionOf(row)))
  if (name === 'run') {
    command.addOption(new Option('--no-dry-run').hideHelp()).addHelpText('after', examples)
  }
  const wanted = wantedPaths[name]
  if (wanted !== undefined) command.argument(wanted[0], wanted[1])
  if (name === 'replay') command.addOption(new Option('--json', 'The records themselves, one a line as JSON: a journal that replay reads'))
  if (name === 'status') command.addOption(new Option('--json', 'One JSON object instead of a table'))
  if (name === 'events') {
    command.addOption(new Option('--json', 'One JSON object a line')).addOption(
      new Option('--from <SEQ>', 'Begin with the announcement of this number (default: what nobody has been told yet, then what comes)'),
    )
  }
  if (ownFlags[name].includes('--config')) command.addOption(configOption())
  command.action(() => {
    const given = command.opts<Readonly<Record<string, unknown>>>()
    const extra = command.args[wanted?.[2] ?? 0]
    if (extra !== undefined) {
      done(
        E.left(
          configProblem(
            `Cannot run "${name}": wanted ${wanted === undefined ? 'flags only' : 'one journal'}, found ${
              JSON.stringify(extra)
            }; see containerd-reaper ${name} --help`,
          ),
        ),
      )
    } else {
      const { config, json, from: typed } = given
      const configPath = typeof config === 'string' ? config : undefined
      done(
        E.right({
          _tag: 'Flags',
          command: name,
          values: valuesOf(rows, given),
          configPath,
          json: json === true,
          from: typeof typed === 'string' ? typed : undefined,
          paths: command.args,
        }),
      )
    }
  })
}

/** Flags that are no settings. */
const ownFlags: Readonly<Record<CommandName, ReadonlyArray<string>>> = {
  run: ['--config', '--no-dry-run'],
  status: ['--config', '--json'],
  events: ['--config', '--json', '--from'],
  replay: ['--json'],
  import: ['--config'],
  demo: [],
}

const flagsOf = (name: string | undefined): ReadonlyArray<string> => {
  const command = commandNames.find((known) => known === name)
  return command === undefined ? ['--help', '--version'] : [...rowsOf(command).map((row) => row.flag), ...ownFlags[command], '--help']
}

const hint = (meant: string | undefined, help: string): string => (meant === undefined ? `see ${help}` : `did you mean ${meant}?`)

const flagProblem = (typed: string, command: CommandName | undefined, help: string): ConfigProblem => {
  const [flag = '', value] = typed.split(/=(.*)/s)
  if (flagsOf(command).includes(flag)) return configProblem(`Cannot use ${flag}: wanted no value with it, found ${JSON.stringify(value)}`)
  if (command !== undefined) {
    return configProblem(
      `Cannot read the flags of ${command}: there is no ${JSON.stringify(flag)}; ${hint(nearest(flag, flagsOf(command)), help)}`,
    )
  }
  const owner = commandNames.find((name) => flagsOf(name).includes(flag))
  const meant = owner === undefined ? nearest(flag, flagsOf(command)) : `containerd-reaper ${owner} ${flag}`
  return configProblem(`Cannot read the command line: wanted a command first, found ${JSON.stringify(flag)}; ${hint(meant, help)}`)
}

/** commander's refusals in our own words: what was wanted, what was found, what to do. */
const problemOf = (error: CommanderError, argv: ReadonlyArray<string>): ConfigProblem => {
  const named = /'(.*)'/s.exec(error.message)?.[1] ?? ''
  const command = commandNames.find((name) => name === argv[0])
  const help = `containerd-reaper ${command === undefined ? '' : `${command} `}--help`
  switch (error.code) {
    case 'commander.unknownCommand':
      return configProblem(
        `Cannot run ${JSON.stringify(named)}: wanted one of ${commandNames.join(', ')}; ${hint(nearest(named, commandNames), help)}`,
      )
    case 'commander.unknownOption':
      return flagProblem(named, command, help)
    case 'commander.optionMissingArgument':
      return configProblem(`Cannot use ${/--[\w-]+/.exec(named)?.[0] ?? named}: wanted a value after it, found nothing; see ${help}`)
    case 'commander.missingArgument':
      return configProblem(
        `Cannot run "${argv[0] ?? ''}": wanted ${named === 'journal' ? 'a journal' : 'files or folders'} after it, found none; see ${help}`,
      )
    case 'commander.help':
      return configProblem(`Cannot run: wanted a command (${commandNames.join(', ')}), found none; see ${help}`)
    default:
      return configProblem(`Cannot read the command line: ${error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')}; see ${help}`)
  }
}

/**
 * Reads the arguments after the program's name. Nothing is printed and nothing exits: `--help` and `--version` come back as text.
 */
export const readFlags = (argv: ReadonlyArray<string>, version: string): E.Either<ConfigProblem, Flags | ShowText> => {
  let text = ''
  let read: E.Either<ConfigProblem, Flags> | undefined
  const program = new Command('containerd-reaper')
    .description('Cleans up after containers that exit on containerd')
    .version(version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (out) => void (text += out),
      writeErr: () => undefined,
      getOutHelpWidth: () => 100,
      getOutHasColors: () => false,
    })
    .addHelpText('after', '\nEach command has its own --help.')
  commandNames.forEach((name) => addCommand(program, name, (outcome) => (read = outcome)))
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return E.right({ _tag: 'ShowText', text })
    return E.left(problemOf(error, argv))
  }
  return read ?? E.left(configProblem('Cannot run: wanted a command, found none; see containerd-reaper --help'))
}
