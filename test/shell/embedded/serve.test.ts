import { Server } from '@grpc/grpc-js'
import t from 'tap'
import { makeCalls } from '../../../shell/embedded/calls.ts'
import { makeDaemon } from '../../../shell/embedded/daemon.ts'
import { makeExchange } from '../../../shell/embedded/exchange.ts'
import { makeFaults } from '../../../shell/embedded/faults.ts'
import { makeRpc } from '../../../shell/embedded/rpc.ts'
import { register } from '../../../shell/embedded/serve.ts'
import { makeRecords } from '../../../shell/embedded/state.ts'

t.test('every service has all of its methods', async (t) => {
  const faults = makeFaults()
  const exchange = makeExchange(faults)
  const records = makeRecords()
  const daemon = makeDaemon({ records, exchange, forward: () => undefined, deadShimPid: 'zero' })
  const served = new Map<string, ReadonlyArray<string>>()
  const server = new Server()
  const spy: Server = Object.assign(Object.create(server), {
    addService: (definition: Record<string, { readonly path: string }>, implementation: Record<string, unknown>) => {
      const methods = Object.entries(definition)
      served.set(
        methods[0]?.[1].path.split('/')[1] ?? '',
        methods.filter(([name]) => implementation[name] === undefined).map(([name]) => name),
      )
    },
  }) as Server
  register({
    version: 'v1',
    identity: () => ({ uuid: 'u', pid: 1n }),
    sandboxes: 'normal',
    daemon,
    exchange,
    records,
    rpc: makeRpc(makeCalls(), faults),
    stateLimitMs: 0,
  })(spy)
  t.same([...served.values()].flat(), [])
  t.same([...served.keys()].sort(), [
    'containerd.services.containers.v1.Containers',
    'containerd.services.events.v1.Events',
    'containerd.services.images.v1.Images',
    'containerd.services.introspection.v1.Introspection',
    'containerd.services.namespaces.v1.Namespaces',
    'containerd.services.sandbox.v1.Controller',
    'containerd.services.sandbox.v1.Store',
    'containerd.services.tasks.v1.Tasks',
    'containerd.services.version.v1.Version',
    'grpc.health.v1.Health',
  ])
})
