/**
 * What the program is told, out of four sources: flags count before the environment, the environment before the configuration file,
 * the file before the defaults. Reads that file and nothing else; prints nothing and never exits, so that main does both in one place.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { parse, TomlError } from 'smol-toml'
import {
  allSettings,
  type Config,
  type Found,
  fromEnvironment,
  fromFile,
  type LogFormat,
  readConfig,
  readSetting,
  type Rejected,
  settings,
  show,
  valueOfText,
  valuesOfFile,
} from '../../core/index.ts'
import { type ConfigProblem, configProblem, type Flags, readFlags, type ShowText } from './flags.ts'

export interface RunCommand {
  readonly _tag: 'Run'
  readonly config: Config
}
export interface StatusCommand {
  readonly _tag: 'Status'
  readonly stateDir: string
  readonly json: boolean
}
export interface DemoCommand {
  readonly _tag: 'Demo'
  readonly log: LogFormat
}

export interface EventsCommand {
  readonly _tag: 'Events'
  /** Of the socket that `run --cri-socket` serves. */
  readonly criSocket: string
  /** Number of the announcement to begin with; undefined: what nobody has been told yet. */
  readonly from: number | undefined
  readonly json: boolean
}

export interface ReplayCommand {
  readonly _tag: 'Replay'
  /** A directory or a file. */
  readonly journal: string
  readonly json: boolean
}
export interface ImportCommand {
  readonly _tag: 'Import'
  readonly namespace: string
  readonly stateDir: string
  readonly paths: ReadonlyArray<string>
}

/** What the program is to do. */
export type CliCommand = RunCommand | StatusCommand | DemoCommand | EventsCommand | ReplayCommand | ImportCommand | ShowText

export interface CliInput {
  /** The arguments after the program's name. */
  readonly argv: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the program, for `--version`. */
  readonly version: string
  /** The text of a file, or why it cannot be had, in words. */
  readonly readFile?: (path: string) => E.Either<string, string>
}

type Values = ReadonlyMap<string, Found>

const none: Values = new Map()

/** More problems wait behind the first, but a person mends one line at a time. */
const firstOf = ({ problems }: Rejected): ConfigProblem => configProblem(problems[0] ?? 'Cannot read the configuration')

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EISDIR: 'it is a folder',
}

const textOfFile = (path: string): E.Either<string, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)),
    (error) => {
      if (error instanceof TypeError) return 'it is not UTF-8 text'
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return reasons[code] ?? code
    },
  )

/** smol-toml says what is wrong in its first line, and draws the place below; the place goes in front instead. */
const tomlProblem = (path: string, error: unknown): string => {
  const what = (String(error).split('\n')[0] ?? '').replace(/^Error: (?:Invalid TOML document: )?/, '')
  const place = error instanceof TomlError ? `:${error.line}:${error.column}` : ''
  return `Cannot read ${path}${place}: wanted TOML, found an error: ${what}`
}

const valuesInFile = (path: string, readFile: (path: string) => E.Either<string, string>): E.Either<ConfigProblem, Values> =>
  pipe(
    readFile(path),
    E.mapLeft((why) => configProblem(`Cannot read the configuration file ${JSON.stringify(path)}: ${why}`)),
    E.flatMap((text) => E.tryCatch((): unknown => parse(text), (error) => configProblem(tomlProblem(path, error)))),
    E.flatMap((file) => E.mapLeft(firstOf)(valuesOfFile(file, fromFile(path)))),
  )

/** An empty variable counts as one that is not set, as everywhere in a shell. */
const setIn = (env: CliInput['env']) => (name: string): boolean => env[name] !== undefined && env[name] !== ''

/**
 * Variables that are not settings are passed over: Kubernetes itself sets such as CONTAINERD_REAPER_PORT beside a service of that
 * name.
 */
const valuesInEnvironment = (env: CliInput['env']): Values =>
  new Map(allSettings.flatMap((row): ReadonlyArray<readonly [string, Found]> => {
    const variable = row.env.find(setIn(env))
    return variable === undefined
      ? []
      : [[row.key, { raw: valueOfText(row.shape, env[variable] ?? ''), origin: fromEnvironment(variable) }]]
  }))

const decide = (flags: Flags, values: Values): E.Either<ConfigProblem, CliCommand> => {
  switch (flags.command) {
    case 'run':
      return pipe(readConfig(values), E.bimap(firstOf, (config) => ({ _tag: 'Run', config })))
    case 'status':
      return pipe(
        readSetting(settings.stateDir, values),
        E.bimap(firstOf, (stateDir) => ({ _tag: 'Status', stateDir, json: flags.json })),
      )
    case 'events':
      return pipe(
        readSetting(settings.criSocket, values),
        E.mapLeft(firstOf),
        E.flatMap((criSocket) => eventsCommand(criSocket, flags)),
      )
    case 'replay':
      return E.right({ _tag: 'Replay', journal: resolve(flags.paths[0] ?? ''), json: flags.json })
    case 'import':
      return importCommand(flags, values)
    case 'demo':
      return pipe(readSetting(settings.log, values), E.bimap(firstOf, (log) => ({ _tag: 'Demo', log })))
  }
}

const importCommand = ({ paths }: Flags, values: Values): E.Either<ConfigProblem, CliCommand> =>
  pipe(
    E.Do,
    E.bind('namespaces', () => readSetting(settings.namespaces, values)),
    E.bind('stateDir', () => readSetting(settings.stateDir, values)),
    E.mapLeft(firstOf),
    E.flatMap(({ namespaces, stateDir }) => {
      const [namespace] = namespaces
      return namespace !== undefined && namespaces.length === 1
        ? E.right({ _tag: 'Import', namespace, stateDir, paths: paths.map((path) => resolve(path)) })
        : E.left(
          configProblem(
            `Cannot import: wanted the one namespace that the containers are in, found ${show(namespaces)}; give --namespace NS`,
          ),
        )
    }),
  )

const eventsCommand = (criSocket: string, { from, json }: Flags): E.Either<ConfigProblem, CliCommand> => {
  const seq = from === undefined ? undefined : Number(from)
  if (seq !== undefined && !(/^\d+$/.test(from ?? '') && Number.isSafeInteger(seq) && seq > 0)) {
    return E.left(configProblem(`Cannot use --from: wanted the number of an announcement, 1 or more, found ${JSON.stringify(from)}`))
  }
  if (criSocket === '') {
    return E.left(
      configProblem(
        `Cannot follow events: wanted the socket that run --cri-socket serves, found none; give --cri-socket PATH or set ${
          settings.criSocket.env[0] ?? ''
        }`,
      ),
    )
  }
  if (criSocket.includes('{namespace}')) {
    return E.left(configProblem(`Cannot follow events on ${criSocket}: wanted one socket; give --cri-socket with the namespace filled in`))
  }
  return E.right({ _tag: 'Events', criSocket, from: seq, json })
}

/**
 * The command to carry out, or the one line to print on standard error before exiting with code 2.
 */
export const readCommand = ({ argv, env, version, readFile = textOfFile }: CliInput): E.Either<ConfigProblem, CliCommand> =>
  pipe(
    readFlags(argv, version),
    E.flatMap((flags) => {
      if (flags._tag === 'ShowText') return E.right(flags)
      const path = flags.configPath ??
        (flags.command !== 'demo' && setIn(env)('CONTAINERD_REAPER_CONFIG') ? env['CONTAINERD_REAPER_CONFIG'] : undefined)
      return pipe(
        path === undefined ? E.right(none) : valuesInFile(path, readFile),
        E.flatMap((file) => decide(flags, new Map([...file, ...valuesInEnvironment(env), ...flags.values]))),
      )
    }),
  )
