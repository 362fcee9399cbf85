import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import type { Config } from '../../../core/index.ts'
import { readCommand } from '../../../shell/cli/configuration.ts'

interface Told {
  readonly argv: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly toml?: string
}

/** Reads a command whose configuration file, if it names one, holds `toml`. */
const read = ({ argv, env = {}, toml = '' }: Told): ReturnType<typeof readCommand> =>
  readCommand({ argv, env, version: '1.2.3', readFile: () => E.right(toml) })

const configOf = (told: Told): Config | string => {
  const command = read(told)
  if (E.isLeft(command)) return command.left.line
  return command.right._tag === 'Run' ? command.right.config : command.right._tag
}
const lineOf = (told: Told): string => {
  const command = read(told)
  return E.isLeft(command) ? command.left.line : `no problem: ${command.right._tag}`
}
const withFile = ['run', '-n', 'ci', '--config', 'x.toml']

t.test('flags count before the environment, the environment before the file, the file before the default', async (t) => {
  const toml = 'delete_grace = "1s"'
  const env = { CONTAINERD_REAPER_DELETE_GRACE: '2s' }
  t.match(configOf({ argv: ['run', '-n', 'ci'] }), { deleteGraceMs: 0 })
  t.match(configOf({ argv: withFile, toml }), { deleteGraceMs: 1_000 })
  t.match(configOf({ argv: withFile, toml, env }), { deleteGraceMs: 2_000 })
  t.match(configOf({ argv: [...withFile, '--delete-grace', '3s'], toml, env }), { deleteGraceMs: 3_000 })
})

t.test('each source can turn off what the one below turned on', async (t) => {
  t.match(configOf({ argv: [...withFile, '--no-dry-run'], toml: 'dry_run = true' }), { dryRun: false })
  t.match(configOf({ argv: withFile, toml: 'dry_run = true', env: { CONTAINERD_REAPER_DRY_RUN: '0' } }), { dryRun: false })
})

t.test('a list is taken whole from one source', async (t) => {
  const told = { argv: ['run', '-c', 'x.toml'], toml: 'namespaces = ["a", "b"]' }
  t.match(configOf(told), { namespaces: ['a', 'b'] })
  t.strictSame((configOf({ ...told, env: { CONTAINERD_REAPER_NAMESPACE: 'c, d' } }) as Config).namespaces, ['c', 'd'])
})

t.test("ctr's variables are known, ours come first, and an empty one is not set", async (t) => {
  const env = { CONTAINERD_NAMESPACE: 'ci', CONTAINERD_ADDRESS: '/x.sock' }
  t.match(configOf({ argv: ['run'], env }), { namespaces: ['ci'], address: '/x.sock' })
  t.match(configOf({ argv: ['run'], env: { ...env, CONTAINERD_REAPER_NAMESPACE: 'own' } }), { namespaces: ['own'] })
  t.match(configOf({ argv: ['run'], env: { ...env, CONTAINERD_REAPER_NAMESPACE: '' } }), { namespaces: ['ci'] })
})

t.test('the file may be named by a variable; the flag counts before it', async (t) => {
  const paths: Array<string> = []
  const readFile = (path: string): E.Either<string, string> => {
    paths.push(path)
    return E.right('namespaces = ["ci"]')
  }
  const env = { CONTAINERD_REAPER_CONFIG: '/env.toml' }
  for (const argv of [['run'], ['run', '--config', '/flag.toml'], ['demo'], ['status']]) {
    t.ok(E.isRight(readCommand({ argv, env, version: '', readFile })))
  }
  t.strictSame(paths, ['/env.toml', '/flag.toml', '/env.toml'], 'demo reads none')
})

t.test('every setting can be given in the file', async (t) => {
  const toml = `
address = "unix:///x.sock"
namespaces = ["ci", "moby"]
allow_foreign_namespaces = ["moby"]
selectors = ['labels."a/b"==c']
state_dir = "/s"
delete_grace = "1m30s"
dry_run = true
cri_socket = "/run/{namespace}.sock"
nri_socket = "/run/nri.sock"
nri_plugin_dir = "/opt/plugins"
nri_timeout = "500ms"
log = "json"
[policy]
handling_timeout = "1s"
on_handling_timeout = "cancel"
delete_hard_limit = "1h"
sandbox_exit = "last"
backoff_first = "2s"
backoff_cap = "3s"
backoff_jitter = 0.5
max_handlings = 4
load_timeout = "5s"
oom_read_timeout = "6s"
drain_timeout = "7s"
relist_period = "8s"
inferred_grace = "9s"
`
  t.strictSame(configOf({ argv: ['run', '-c', 'x.toml'], toml }), {
    address: '/x.sock',
    namespaces: ['ci', 'moby'],
    allowForeignNamespaces: ['moby'],
    selectors: ['labels."a/b"==c'],
    stateDir: '/s',
    deleteGraceMs: 90_000,
    dryRun: true,
    salvage: false,
    criSocket: '/run/{namespace}.sock',
    nriSocket: '/run/nri.sock',
    nriPluginDir: '/opt/plugins',
    nriTimeoutMs: 500,
    log: 'json',
    policy: {
      handlingTimeoutMs: 1_000,
      onHandlingTimeout: 'cancel',
      deleteHardLimitMs: 3_600_000,
      sandboxExit: 'last',
      backoffFirstMs: 2_000,
      backoffCapMs: 3_000,
      backoffJitter: 0.5,
      maxHandlings: 4,
      loadTimeoutMs: 5_000,
      oomReadTimeoutMs: 6_000,
      drainTimeoutMs: 7_000,
      relistPeriodMs: 8_000,
      inferredGraceMs: 9_000,
    },
  })
})

t.test('status and demo read what they use, and nothing they do not', async (t) => {
  t.strictSame(read({ argv: ['status', '--json'] }), E.right({ _tag: 'Status', stateDir: '/var/lib/containerd-reaper', json: true }))
  t.match(read({ argv: ['status', '-c', 'x.toml'], toml: 'state_dir = "/s"\nnamespaces = ["k8s.io"]' }), { right: { stateDir: '/s' } })
  t.strictSame(
    read({ argv: ['demo'], env: { CONTAINERD_REAPER_LOG: 'json', CONTAINERD_NAMESPACE: 'a b' } }),
    E.right({ _tag: 'Demo', log: 'json' }),
  )
  t.strictSame(read({ argv: ['--version'] }), E.right({ _tag: 'ShowText', text: '1.2.3\n' }))
})

t.test('what is wrong is told in one line: where, wanted, found, what to do', async (t) => {
  const cases: ReadonlyArray<readonly [told: Told, line: RegExp]> = [
    [{ argv: ['run', '--log', 'xml'] }, /^Cannot use --log: wanted pretty or json, found "xml"$/],
    [{ argv: ['run', '--delete-grace', '2'] }, /^Cannot use --delete-grace: wanted a duration with its unit, .*, found "2"$/],
    [{ argv: ['run', '--max-handlings', 'x'] }, /^Cannot use --max-handlings: wanted a whole number from 1 to 1024, found "x"$/],
    [{ argv: ['run', '-a', '--log'] }, /^Cannot use --address: wanted the absolute path of a unix socket.*, found "--log"$/],
    [{ argv: ['run', '--selector', 'topic==/x'] }, /^Cannot use --selector: wanted double quotes .*; the filter is "topic==\/x"$/],
    [{ argv: ['run', '-n', 'k8s.io'] }, /^Cannot use --namespace: .*insist with --allow-foreign-namespace k8s\.io$/],
    [{ argv: ['run'], env: { CONTAINERD_NAMESPACE: 'moby' } }, /^Cannot use CONTAINERD_NAMESPACE from the environment: /],
    [{ argv: ['run'] }, /^Cannot run without a namespace: wanted at least one, found none; give --namespace NS, set /],
    [
      { argv: ['run'], env: { CONTAINERD_REAPER_DRY_RUN: 'maybe' } },
      /^Cannot use CONTAINERD_REAPER_DRY_RUN from the environment: wanted true or false, found "maybe"$/,
    ],
    [{ argv: withFile, toml: 'a = 1\nb = [\n' }, /^Cannot read x\.toml:\d+:\d+: wanted TOML, found an error: \w/],
    [{ argv: withFile, toml: 'log = "json"\nlog = "json"' }, /^Cannot read x\.toml:2:\d+: wanted TOML/],
    [
      { argv: withFile, toml: 'namespace = ["ci"]' },
      /^Cannot use namespace in x\.toml: there is no such setting; did you mean namespaces\?$/,
    ],
    [{ argv: withFile, toml: 'log = 3' }, /^Cannot use log in x\.toml: wanted pretty or json, found 3$/],
    [{ argv: withFile, toml: 'delete_grace = 10' }, /^Cannot use delete_grace in x\.toml: wanted a duration with its unit.*found 10$/],
    [{ argv: withFile, toml: 'namespaces = "ci"' }, /^Cannot use namespaces in x\.toml/],
    [{ argv: withFile, toml: 'policy = 1979-05-27' }, /^Cannot use policy in x\.toml: wanted a table of settings, found "1979-05-27"$/],
    [{ argv: withFile, toml: '[policy]\nhandling_timeout = "soon"' }, /^Cannot use policy\.handling_timeout in x\.toml/],
  ]
  for (const [told, line] of cases) {
    t.match(lineOf(told), line)
    t.notMatch(lineOf(told), '\n')
  }
})

t.test('a file that cannot be had is told with its path', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'reaper-config-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'x.toml')
  const fromDisk = (path: string): string => {
    const command = readCommand({ argv: ['run', '--config', path], env: {}, version: '' })
    return E.isLeft(command) ? command.left.line : command.right._tag
  }
  t.equal(fromDisk(file), `Cannot read the configuration file "${file}": there is no such file`)
  t.equal(fromDisk(folder), `Cannot read the configuration file "${folder}": it is a folder`)
  t.equal(fromDisk(join(file, '/y')), `Cannot read the configuration file "${join(file, '/y')}": there is no such file`)
  writeFileSync(file, Uint8Array.of(0xff, 0xfe))
  t.equal(fromDisk(file), `Cannot read the configuration file "${file}": it is not UTF-8 text`)
  t.equal(fromDisk(join(file, 'y')), `Cannot read the configuration file "${join(file, 'y')}": ENOTDIR`)
  writeFileSync(file, '\ufeffnamespaces = ["ci"]\n')
  t.equal(fromDisk(file), 'Run', 'a byte order mark does not hurt')
})
