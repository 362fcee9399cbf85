import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { readCommand } from '../../../shell/cli/configuration.ts'

const read = (argv: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  readCommand({ argv: ['events', ...argv], env, version: '1.2.3' })
const lineOf = (argv: ReadonlyArray<string>): string => {
  const command = read(argv)
  return E.isLeft(command) ? command.left.line : 'no problem'
}

t.test('events takes its socket from the flag or the variable of run', async (t) => {
  const wanted = E.right({ _tag: 'Events', criSocket: '/run/cri.sock', from: undefined, json: false })
  t.strictSame(read(['--cri-socket', '/run/cri.sock']), wanted)
  t.strictSame(read([], { CONTAINERD_REAPER_CRI_SOCKET: '/run/cri.sock' }), wanted)
  t.strictSame(
    read(['--cri-socket', 'cri.sock', '--json', '--from', '7']),
    E.right({ _tag: 'Events', criSocket: `${process.cwd()}/cri.sock`, from: 7, json: true }),
  )
})

t.test('events refuses in one line what it cannot follow', async (t) => {
  t.match(
    lineOf([]),
    /^Cannot follow events: wanted the socket that run --cri-socket serves, found none; give --cri-socket PATH or set CONTAINER/,
  )
  t.match(lineOf(['--cri-socket', '/run/{namespace}']), /^Cannot follow events on .*: wanted one socket; give --cri-socket with the name/)
  for (const from of ['0', 'x', '1.5', '', '99999999999999999999']) {
    t.match(
      lineOf(['--cri-socket', '/x', '--from', from]),
      /^Cannot use --from: wanted the number of an announcement, 1 or more, found "/,
      from,
    )
  }
})
