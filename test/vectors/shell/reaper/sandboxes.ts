/** Sandboxes: of the sandbox store in each of its moods, and pause containers, each with one STOPPED. */
import assert from 'node:assert/strict'
import { onCall, onEvent, repeated, type SandboxMode } from '../../../../shell/embedded/index.ts'
import { SandboxStart } from '../../../../shell/proto/gen/containerd/event_types.ts'
import { StoreService } from '../../../../shell/proto/gen/containerd/sandbox.ts'
import { ask, connect } from '../../../shell/embedded/client.ts'
import { packed } from '../../../support/packed_event.ts'
import type { Vector } from '../../../support/property.ts'
import { exits, sleeps, withReaper } from '../../../support/reaper_world.ts'

const scope = { signal: new AbortController().signal }
const started = (sandboxId: string) => {
  const { event } = packed('/sandboxes/start', 'containerd.events.SandboxStart', SandboxStart, { sandboxId })
  return event ?? { typeUrl: '', value: new Uint8Array() }
}

/** What is told of a sandbox that ends with 7: the controller of the releases with the topic bug keeps the code to itself. */
const end: Readonly<Record<Exclude<SandboxMode, 'absent'>, string>> = { normal: 'pod 7 Error', topicBug: 'pod 255 Unknown' }

export const cases: ReadonlyArray<Vector> = [
  ...(['normal', 'topicBug'] as const).flatMap((mode): ReadonlyArray<Vector> => [
    {
      name: `reaper: a sandbox that was there before (${mode}) is told of once when it ends`,
      run: () =>
        withReaper({
          stand: { sandboxes: mode, faults: [onEvent('/sandboxes/exit', repeated(2))] },
          reaper: { limits: { relistPeriodMs: 20 } },
          before: async (stand) => stand.createSandbox({ id: 'pod' }),
        }, async ({ stand, announcements, announced, told }) => {
          await stand.calls.called('Controller/Wait', 'pod')
          stand.exitSandbox('pod', 7)
          await announcements(1)
          await stand.calls.answered('List', undefined, stand.calls.count('List') + 3)
          assert.deepEqual(told(), [end[mode]])
          assert.deepEqual(announced.map(({ sandboxId, run }) => [sandboxId, run.pid]), [['pod', 0]])
        }),
    },
    {
      name: `reaper: a sandbox that only an event tells of (${mode}): its controller is looked up, and its end told once`,
      run: () =>
        withReaper({ stand: { sandboxes: mode } }, async ({ stand, containerd, announcements, told }) => {
          stand.createSandbox({ id: 'pod', sandboxer: 'shim' })
          await containerd.publish('ci', '/sandboxes/start', started('pod'))(scope)()
          await stand.calls.called('Controller/Wait', 'pod')
          stand.exitSandbox('pod', 7)
          await announcements(1)
          assert.deepEqual(told(), [end[mode]])
        }),
    },
    {
      name: `reaper: a sandbox whose end came before its Wait (${mode}) is told of all the same`,
      run: () =>
        withReaper({
          stand: { sandboxes: mode },
          before: async (stand) => {
            stand.createSandbox({ id: 'pod' })
            stand.exitSandbox('pod', 7)
          },
        }, async ({ announcements, told }) => {
          await announcements(1)
          assert.deepEqual(told(), [end[mode]])
        }),
    },
  ]),
  {
    name: 'reaper: a containerd without sandboxes is asked once a listing and no more, and its containers are looked after',
    run: () =>
      withReaper({ stand: { sandboxes: 'absent' } }, async ({ stand, reaper, log, told }) => {
        await stand.run({ id: 'web', command: exits(3) })
        await reaper.stopped('ci', 'web')()
        assert.deepEqual(told(), ['web 3 Error'])
        assert.deepEqual(log.lines.filter(({ level }) => level !== 'info'), [])
      }),
  },
  ...(['normal', 'topicBug', 'absent'] as const).map((mode): Vector => ({
    name: `reaper: a pause container (${mode}) is handled as a container, with one STOPPED for it and its sandbox`,
    run: () =>
      withReaper({
        stand: { sandboxes: mode },
        before: async (stand) => {
          if (mode !== 'absent') stand.createSandbox({ id: 'pod' })
          await stand.run({ id: 'pod', command: sleeps, labels: { 'io.cri-containerd.kind': 'sandbox' }, sandboxId: 'pod' })
          await stand.run({ id: 'web', command: sleeps, sandboxId: 'pod' })
        },
        reaper: { limits: { relistPeriodMs: 20 } },
      }, async ({ stand, reaper, announced, told, clean }) => {
        await stand.calls.called('Wait', 'pod')
        await stand.kill('web', 'SIGTERM')
        await reaper.stopped('ci', 'web')()
        await stand.kill('pod', 'SIGKILL')
        if (mode !== 'absent') stand.exitSandbox('pod', 137)
        await reaper.stopped('ci', 'pod')()
        await clean()
        await stand.calls.answered('List', undefined, stand.calls.count('List') + 3)
        assert.deepEqual(told(), ['web 143 Error', 'pod 137 Error'])
        assert.deepEqual(announced.map(({ sandboxId }) => sandboxId), ['pod', 'pod'])
      }),
  })),
  {
    name: 'reaper: a sandbox that goes without a word is told of as one whose end nobody saw',
    run: () =>
      withReaper({
        reaper: { limits: { relistPeriodMs: 20 }, policy: { handlingTimeoutMs: 50 } },
        stand: { faults: [onCall('Controller/Wait', { _tag: 'Hanging', cutByDeadline: false })] },
        before: async (stand) => stand.createSandbox({ id: 'pod' }),
      }, async ({ stand, announcements, told }) => {
        await stand.calls.called('Controller/Wait', 'pod')
        const client = connect(stand.target)
        await ask(client, StoreService.delete, { sandboxId: 'pod' }, { namespace: 'ci' })
        client.close()
        await announcements(1)
        assert.deepEqual(told(), ['pod 255 Unknown'])
      }),
  },
]
