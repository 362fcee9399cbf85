import t from 'tap'
import { ControllerService, StoreService } from '../../../shell/proto/gen/containerd/sandbox.ts'
import { Sandbox } from '../../../shell/proto/gen/containerd/types.ts'
import { ask, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

const pod = { sandboxId: 'pod', sandboxer: 'podsandbox' }

t.test('a sandbox is listed, waited for, and every waiter publishes its exit', () =>
  withStand(async (stand, client) => {
    stand.createSandbox({ id: 'pod', labels: new Map([['app', 'web']]) })
    stand.createSandbox({ id: 'other' })
    const list = async (...filters: ReadonlyArray<string>) =>
      (await ask(client, StoreService.list, { filters })).list.map(({ sandboxId }) => sandboxId)
    t.same(await list(), ['other', 'pod'])
    t.same(await list('labels.app==web'), ['pod'])
    t.match(await ask(client, StoreService.get, { sandboxId: 'pod' }), { sandbox: { sandboxer: 'podsandbox' } })
    t.match(await ask(client, ControllerService.status, { ...pod, verbose: false }), { state: 'SANDBOX_READY' })
    const waits = [1, 2].map(() => ask(client, ControllerService.wait, pod))
    await stand.calls.called('Controller/Wait', 'pod', 2)
    stand.exitSandbox('pod', 3)
    stand.exitSandbox('pod', 4)
    for (const wait of waits) t.equal((await wait).exitStatus, 3, 'the first end counts')
    await stand.events.published('/sandboxes/exit', 'pod', 2)
    const { exitedAt } = await ask(client, ControllerService.wait, pod)
    t.match(await ask(client, ControllerService.status, { ...pod, verbose: false }), { state: 'SANDBOX_NOTREADY', pid: 0, exitedAt })
    await ask(client, ControllerService.shutdown, pod)
    t.equal((await refusalOf(ask(client, StoreService.get, { sandboxId: 'pod' })))[0], code.NOT_FOUND)
  }))

t.test('with the topic bug Wait returns when the sandbox ended, with an error and without the event', () =>
  withStand(async (stand, client) => {
    stand.createSandbox({ id: 'pod' })
    const wait = refusalOf(ask(client, ControllerService.wait, pod))
    await stand.calls.called('Controller/Wait')
    stand.exitSandbox('pod')
    t.same(await wait, [code.INVALID_ARGUMENT, `envelope topic "sandboxes/exit": must start with '/': invalid argument`])
    t.same(stand.events.log(), [])
    t.match(await ask(client, ControllerService.status, { ...pod, verbose: false }), { state: 'SANDBOX_NOTREADY' })
  }, { sandboxes: 'topicBug' }))

t.test('before 1.7 there are no such services', () =>
  withStand(async (_stand, client) => {
    t.equal((await refusalOf(ask(client, StoreService.list, { filters: [] })))[0], code.UNIMPLEMENTED)
    t.equal((await refusalOf(ask(client, ControllerService.wait, pod)))[0], code.UNIMPLEMENTED)
  }, { sandboxes: 'absent' }))

t.test('the store over gRPC, and what is refused', () =>
  withStand(async (stand, client) => {
    const sandbox = Sandbox.fromPartial({ sandboxId: 'pod', sandboxer: 'shim' })
    await ask(client, StoreService.create, { sandbox })
    t.same(await refusalOf(ask(client, StoreService.create, { sandbox })), [code.ALREADY_EXISTS, 'sandbox "pod": already exists'])
    t.equal((await refusalOf(ask(client, StoreService.create, { sandbox: undefined })))[0], code.INVALID_ARGUMENT)
    t.equal((await refusalOf(ask(client, StoreService.list, { filters: ['a='] })))[0], code.INVALID_ARGUMENT)
    t.equal((await refusalOf(ask(client, ControllerService.wait, { ...pod, sandboxer: '' })))[0], code.INVALID_ARGUMENT)
    t.equal((await refusalOf(ask(client, ControllerService.wait, pod)))[0], code.NOT_FOUND, 'another controller has it')
    await ask(client, ControllerService.stop, { sandboxId: 'pod', sandboxer: 'shim', timeoutSecs: 0 })
    t.equal((await ask(client, ControllerService.wait, { sandboxId: 'pod', sandboxer: 'shim' })).exitStatus, 137)
    await ask(client, StoreService.delete, { sandboxId: 'pod' })
    t.equal((await refusalOf(ask(client, StoreService.delete, { sandboxId: 'pod' })))[0], code.NOT_FOUND)
    t.equal((await refusalOf(ask(client, ControllerService.start, pod)))[0], code.UNIMPLEMENTED)
    t.throws(() => stand.exitSandbox('none'), { message: 'Cannot end sandbox "none": wanted one in namespace "default", found none' })
  }))
