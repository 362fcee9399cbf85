import { Buffer } from 'node:buffer'
import { resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { allSettings } from '../../../core/index.ts'
import { readFlags } from '../../../shell/cli/flags.ts'

const lineOf = (...argv: ReadonlyArray<string>): string => {
  const read = readFlags(argv, '1.2.3')
  return E.isLeft(read) ? read.left.line : `no problem: ${read.right._tag}`
}
const textOf = (...argv: ReadonlyArray<string>): string => {
  const read = readFlags(argv, '1.2.3')
  return E.isRight(read) && read.right._tag === 'ShowText' ? read.right.text : ''
}
const rawsOf = (...argv: ReadonlyArray<string>): Readonly<Record<string, unknown>> => {
  const read = readFlags(argv, '1.2.3')
  if (E.isLeft(read) || read.right._tag !== 'Flags') return { problem: lineOf(...argv) }
  return Object.fromEntries([...read.right.values].map(([key, { raw }]) => [key, raw]))
}

t.test('lists are repeated or divided by commas; a filter keeps its commas', async (t) => {
  t.strictSame(rawsOf('run', '-n', 'a,b', '--namespace', 'c', '--namespace=d'), { namespaces: ['a', 'b', 'c', 'd'] })
  t.strictSame(rawsOf('run', '--selector', 'id==a,image==b', '--selector', 'labels.x'), { selectors: ['id==a,image==b', 'labels.x'] })
})

t.test('flags that were not given are not there, so that other sources count', async (t) => {
  t.strictSame(rawsOf('run'), {})
})

t.test('text becomes what a file would hold', async (t) => {
  t.strictSame(rawsOf('run', '--dry-run', '--max-handlings', '3', '--delete-grace', '2s', '-a', '/x.sock'), {
    address: '/x.sock',
    delete_grace: '2s',
    dry_run: true,
    'policy.max_handlings': 3,
  })
  t.strictSame(rawsOf('run', '--no-dry-run'), { dry_run: false })
})

t.test('a state folder is meant from where the person stands', async (t) => {
  t.strictSame(rawsOf('status', '--state-dir', 'x/y'), { state_dir: resolve('x/y') })
  t.strictSame(rawsOf('status', '--state-dir', '/x/y'), { state_dir: '/x/y' })
  t.strictSame(rawsOf('status', '--state-dir', ''), { state_dir: '' })
  t.strictSame(rawsOf('status', '--state-dir', '--json'), { state_dir: '--json' }, 'a forgotten value does not become a folder')
})

t.test('origins are the flags', async (t) => {
  const read = readFlags(['run', '-n', 'a', '--no-dry-run', '--config', '/c.toml'], '1.2.3')
  t.match(read, { right: { command: 'run', configPath: '/c.toml', json: false } })
  t.strictSame(E.isRight(read) && read.right._tag === 'Flags' && [...read.right.values.values()].map(({ origin }) => origin), [
    { _tag: 'FromFlag', flag: '--namespace' },
    { _tag: 'FromFlag', flag: '--no-dry-run' },
  ])
  t.match(readFlags(['status', '--json', '-c', 'x'], ''), { right: { command: 'status', json: true, configPath: 'x' } })
  t.match(readFlags(['demo', '--log', 'json'], ''), { right: { command: 'demo', configPath: undefined } })
})

t.test('every refusal is one line: what was wanted, what was found, what to do', async (t) => {
  const cases: ReadonlyArray<readonly [argv: ReadonlyArray<string>, line: string]> = [
    [[], 'Cannot run: wanted a command (run, status, demo, events, replay, import), found none; see containerd-reaper --help'],
    [['rnu'], 'Cannot run "rnu": wanted one of run, status, demo, events, replay, import; did you mean run?'],
    [['audit'], 'Cannot run "audit": wanted one of run, status, demo, events, replay, import; see containerd-reaper --help'],
    [['run', '--namspace', 'x'], 'Cannot read the flags of run: there is no "--namspace"; did you mean --namespace?'],
    [['run', '--zzz'], 'Cannot read the flags of run: there is no "--zzz"; see containerd-reaper run --help'],
    [['run', '--namspace=x'], 'Cannot read the flags of run: there is no "--namspace"; did you mean --namespace?'],
    [['run', '--dry-run=3'], 'Cannot use --dry-run: wanted no value with it, found "3"'],
    [['run', '-n'], 'Cannot use --namespace: wanted a value after it, found nothing; see containerd-reaper run --help'],
    [['run', '--address'], 'Cannot use --address: wanted a value after it, found nothing; see containerd-reaper run --help'],
    [['run', 'ci'], 'Cannot run "run": wanted flags only, found "ci"; see containerd-reaper run --help'],
    [['run', '--', '--x'], 'Cannot run "run": wanted flags only, found "--x"; see containerd-reaper run --help'],
    [['status', '--namespace', 'x'], 'Cannot read the flags of status: there is no "--namespace"; see containerd-reaper status --help'],
    [['demo', '--config', 'x'], 'Cannot read the flags of demo: there is no "--config"; see containerd-reaper demo --help'],
    [
      ['--namespace', 'x', 'run'],
      'Cannot read the command line: wanted a command first, found "--namespace"; did you mean containerd-reaper run --namespace?',
    ],
    [['--hlp'], 'Cannot read the command line: wanted a command first, found "--hlp"; did you mean --help?'],
    [['--zzz'], 'Cannot read the command line: wanted a command first, found "--zzz"; see containerd-reaper --help'],
    [['run', '--nri-socket'], 'Cannot use --nri-socket: wanted a value after it, found nothing; see containerd-reaper run --help'],
    [['replay'], 'Cannot run "replay": wanted a journal after it, found none; see containerd-reaper replay --help'],
    [['replay', 'a', 'b'], 'Cannot run "replay": wanted one journal, found "b"; see containerd-reaper replay --help'],
    [
      ['replay', 'a', '--state-dir', 'b'],
      'Cannot read the flags of replay: there is no "--state-dir"; see containerd-reaper replay --help',
    ],
    [['import', '-n', 'a'], 'Cannot run "import": wanted files or folders after it, found none; see containerd-reaper import --help'],
    [["it's"], 'Cannot run "it\'s": wanted one of run, status, demo, events, replay, import; see containerd-reaper --help'],
  ]
  for (const [argv, line] of cases) t.equal(lineOf(...argv), line, argv.join(' '))
  t.notMatch(lineOf('two\nlines'), '\n')
})

t.test('--help and --version come back as text', async (t) => {
  t.equal(textOf('--version'), '1.2.3\n')
  t.equal(textOf('-V'), '1.2.3\n')
  for (const argv of [['--help'], ['-h'], ['help']]) {
    t.match(textOf(...argv), /^Usage: containerd-reaper .*\n[^]*\n {2}demo /, argv.join(' '))
  }
  t.equal(textOf('help', 'run'), textOf('run', '--help'))
  t.match(textOf('status', '--help'), /--json/)
})

t.test('--help of run knows every setting, with its default and variable, within 100 columns', async (t) => {
  const help = textOf('run', '--help')
  const words = help.replaceAll(/\s+/g, ' ')
  for (const { flag, defaultText, env } of allSettings) {
    t.ok(words.includes(flag) && words.includes(`(default: ${defaultText}; env: ${env.join(' or ')})`), flag)
  }
  t.strictSame(help.split('\n').filter((line) => Buffer.byteLength(line) > 100), [])
  t.notMatch(help, /no-dry-run/)
})
