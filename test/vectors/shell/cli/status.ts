/** `status`: the table, the JSON, and what it says when there is nothing to ask. */
import * as E from 'fp-ts/lib/Either.js'
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { millis } from '../../../../core/index.ts'
import { type Report, status, statusReport } from '../../../../shell/cli/status.ts'
import { controlPath, serveControl } from '../../../../shell/control/socket.ts'
import type { DeleteResponse } from '../../../../shell/proto/gen/containerd/tasks.ts'
import { commandOf, type Heard, heard } from '../../../support/cli.ts'
import { failed, fails, fakeContainerd, openCall, succeeds } from '../../../support/fake_containerd.ts'
import { exitOf, loopWorld, relisted } from '../../../support/loop_world.ts'
import type { Vector } from '../../../support/property.ts'
import { inTemporaryFolder } from '../../../support/temporary.ts'
import { settle } from '../../../support/virtual_clock.ts'

/** `status` on this state directory: its exit code and what it said. */
const asked = async (stateDir: string, ...argv: ReadonlyArray<string>): Promise<Heard & { readonly code: number }> => {
  const streams = heard()
  const command = commandOf('status', '--state-dir', stateDir, ...argv)
  assert.ok(command._tag === 'Status')
  return { ...streams, code: await status(command, streams) }
}

/** `status` of a reaper that answers this. */
const answeredWith = async (answer: unknown, ...argv: ReadonlyArray<string>): Promise<Heard & { readonly code: number }> => {
  let heardThen: Heard & { readonly code: number } | undefined
  await inTemporaryFolder(async (stateDir) => {
    const control = await serveControl(stateDir, () => answer)()
    assert.ok(E.isRight(control))
    heardThen = await asked(stateDir, ...argv)
    control.right.close()
  })
  assert.ok(heardThen !== undefined)
  return heardThen
}

const quiet: Report = { pid: 77, namespaces: ['ci', 'edge'], containers: 3, running: 2, lastSeq: 9, handling: [] }
const busy: Report = {
  ...quiet,
  handling: [
    {
      namespace: 'ci',
      id: 'web',
      pid: 42,
      generation: 1,
      phase: 'BackingOff',
      exitCode: 137,
      since: '2023-11-14T22:13:20.000Z',
      attempt: 12,
      lastError: 'Cannot call Tasks.Delete: containerd answered Unknown: busy',
      nextAttemptAt: '2023-11-14T22:13:29.000Z',
      outstanding: 'Delete',
    },
    {
      namespace: 'edge',
      id: 'a-longer-name',
      pid: 4_211,
      generation: 2,
      phase: 'Loading',
      exitCode: 0,
      since: '2023-11-14T22:13:21.000Z',
      attempt: 1,
      lastError: null,
      nextAttemptAt: null,
      outstanding: null,
    },
  ],
}

const table = `
reaper 77 in ci, edge: 3 containers, 2 running, 2 in handling, 9 announced
CONTAINER           PID   EXIT  PHASE                          SINCE                     ATTEMPT  NEXT                      LAST ERROR
ci/web              42    137   BackingOff (Delete in flight)  2023-11-14T22:13:20.000Z  12       2023-11-14T22:13:29.000Z  Cannot call Tasks.Delete: containerd answered Unknown: busy
edge/a-longer-name  4211  0     Loading                        2023-11-14T22:13:21.000Z  1        -                         -
`.trim().split('\n')

export const cases: ReadonlyArray<Vector> = [
  {
    name: 'status: when no reaper runs it says so in one line, exit code 1',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const { code, outLines, errLines } = await asked(stateDir)
        assert.deepEqual([code, outLines()], [1, []])
        assert.deepEqual(errLines(), [`No reaper runs with state directory ${stateDir}: nothing answers on ${controlPath(stateDir)}`])
      }),
  },
  {
    name: 'status: a quiet reaper is one line',
    run: async () => {
      const { code, outLines, errLines } = await answeredWith(quiet)
      assert.deepEqual([code, errLines()], [0, []])
      assert.deepEqual(outLines(), ['reaper 77 in ci, edge: 3 containers, 2 running, 0 in handling, 9 announced'])
    },
  },
  {
    name: 'status: what is in handling is a table whose columns line up',
    run: async () => assert.deepEqual((await answeredWith(busy)).outLines(), table),
  },
  {
    name: 'status: an error of many lines, and one that would steer the terminal, stays in its row',
    run: async () => {
      const [row] = busy.handling
      assert.ok(row !== undefined)
      const lastError = 'failed to delete:\n\tbusy\r\n\u001b[31mred\u0007  twice'
      const { outLines } = await answeredWith({ ...busy, handling: [{ ...row, lastError }] })
      assert.equal(outLines().length, 3)
      assert.ok(outLines()[2]?.endsWith('  failed to delete: busy [31mred twice'), outLines()[2])
    },
  },
  {
    name: 'status: as JSON it is the answer, on one line',
    run: async () => {
      const { code, outLines } = await answeredWith(busy, '--json')
      assert.deepEqual([code, outLines().length], [0, 1])
      assert.deepEqual(JSON.parse(outLines()[0] ?? ''), busy)
    },
  },
  {
    name: 'status: an answer of another shape is refused in one line that names what is wrong',
    run: async () => {
      const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
        [{ ...quiet, pid: 'seven' }, /pid/],
        [{ ...busy, handling: [{ ...busy.handling[0], attempt: null }] }, /attempt/],
        [{}, /pid/],
        [[], /status|pid/],
        [null, /status/],
      ]
      for (const [answer, what] of wrong) {
        const { code, outLines, errLines } = await answeredWith(answer)
        assert.deepEqual([code, outLines(), errLines().length], [1, [], 1], JSON.stringify(answer))
        assert.match(errLines()[0] ?? '', what)
      }
    },
  },
  {
    name: 'status: what is no JSON is refused in one line',
    run: () =>
      inTemporaryFolder(async (stateDir) => {
        const server = createServer((socket) => void socket.end('hello'))
        await new Promise<void>((resolve) => server.listen(controlPath(stateDir), () => resolve()))
        const { code, errLines } = await asked(stateDir)
        assert.deepEqual([code, errLines()], [1, [
          `Cannot read the answer on ${controlPath(stateDir)}: wanted a line of JSON, found "hello"`,
        ]])
        server.close()
      }),
  },
  {
    name: 'status: the report of a state tells of every handling, and survives its way over the socket',
    run: async () => {
      const hangs = openCall<DeleteResponse>()
      const containerd = fakeContainerd({
        taskWait: () => openCall<never>().call,
        taskGet: (_, id) => succeeds({ ...world.stopped, pid: id === 'web' ? 42 : 43 }),
        taskDelete: (_, id) => id === 'web' ? hangs.call : fails(failed('Unknown', 'Tasks.Delete', 'busy')),
      })
      const world = loopWorld({ containerd })
      world.box.post(relisted(['web', 'web-2', 'idle']))
      world.box.post(exitOf('web'))
      world.box.post(exitOf('web-2'))
      await settle()
      await world.env.clock.advance(11_000)
      const report = statusReport(77, ['ci'], world.loop.state())
      assert.deepEqual([report.containers, report.running, report.lastSeq], [3, 1, 0])
      const [web, web2] = [...report.handling].sort((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepEqual([web?.id, web?.phase, web?.outstanding, web?.exitCode], ['web', 'BackingOff', 'Delete', 3])
      assert.equal(web2?.lastError, 'Cannot call Tasks.Delete: containerd answered Unknown: busy')
      assert.ok((web2?.attempt ?? 0) > 1)
      assert.equal(new Date(web?.since ?? '').getTime(), millis(1_700_000_000_000))
      const { outLines } = await answeredWith(report, '--json')
      assert.deepEqual(JSON.parse(outLines()[0] ?? ''), report)
      await world.end()
    },
  },
]
