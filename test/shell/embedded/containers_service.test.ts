import { Metadata } from '@grpc/grpc-js'
import t from 'tap'
import { specOf } from '../../../shell/embedded/spec.ts'
import { Container, ContainersService, type ListContainerMessage } from '../../../shell/proto/gen/containerd/containers.ts'
import { ask, metadataFor, refusalOf } from './client.ts'
import { code, withStand } from './with_stand.ts'

const spec = specOf({ argv: ['true'], ownPidNamespace: true })
const make = (id: string, labels: Record<string, string> = {}): Container =>
  Container.fromPartial({ id, runtime: { name: 'io.containerd.runc.v2' }, spec, labels: new Map(Object.entries(labels)) })

t.test('stores, finds, changes and deletes records, and tells of it', () =>
  withStand(async (stand, client) => {
    const { container } = await ask(client, ContainersService.create, { container: make('a', { tier: 'front', old: 'x' }) })
    t.ok(container?.createdAt)
    const labels = new Map([['old', ''], ['new', 'y']])
    await ask(client, ContainersService.update, {
      container: Container.fromPartial({ id: 'a', labels }),
      updateMask: ['labels.old', 'labels.new'],
    })
    const found = (await ask(client, ContainersService.get, { id: 'a' })).container
    t.same([...found?.labels ?? []], [['tier', 'front'], ['new', 'y']], 'an empty label is one less')
    await ask(client, ContainersService.update, {
      container: Container.fromPartial({ id: 'a', image: 'i' }),
      updateMask: ['image', 'labels'],
    })
    const last = (await ask(client, ContainersService.get, { id: 'a' })).container
    t.same([last?.image, last?.labels.size, last?.spec?.typeUrl], ['i', 0, spec.typeUrl])
    await ask(client, ContainersService.delete, { id: 'a' })
    t.same(stand.events.log().map(({ topic }) => topic), [
      '/containers/create',
      '/containers/update',
      '/containers/update',
      '/containers/delete',
    ])
  }))

t.test('lists by filter, in one message and one by one', () =>
  withStand(async (_stand, client) => {
    for (const [id, tier] of [['a', 'front'], ['b', 'back']] as const) {
      await ask(client, ContainersService.create, { container: make(id, { tier }) })
    }
    await ask(client, ContainersService.create, { container: make('c') }, { namespace: 'other' })
    const list = async (...filters: ReadonlyArray<string>) =>
      (await ask(client, ContainersService.list, { filters })).containers.map(({ id }) => id)
    t.same(await list(), ['a', 'b'])
    t.same(await list('labels.tier==back'), ['b'])
    t.same(await list('id==a', 'labels.tier==back'), ['a', 'b'])
    t.same(await list('runtime.name==io.containerd.runc.v2,id!=a'), ['b'])
    t.same(await refusalOf(ask(client, ContainersService.list, { filters: ['labels.a-b==c'] })), [
      code.INVALID_ARGUMENT,
      'filters: parse error: [labels.a >|-|< b==c]: expected an operator ("=="|"!="|"~="): invalid argument: invalid argument',
    ])
    const { path, requestSerialize, responseDeserialize } = ContainersService.listStream
    const streamed = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { filters: ['id==b'] },
      metadataFor('default'),
    )
    const ids: Array<string> = []
    streamed.on('data', ({ container }: ListContainerMessage) => ids.push(container?.id ?? ''))
    await new Promise((resolve) => streamed.once('end', resolve))
    t.same(ids, ['b'])
    const bad = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { filters: [] }, new Metadata())
    t.equal(
      await new Promise((resolve) => bad.once('error', (error: { readonly code?: number }) => resolve(error.code))),
      code.FAILED_PRECONDITION,
    )
  }))

t.test('refuses in containerd’s words', () =>
  withStand(async (_stand, client) => {
    await ask(client, ContainersService.create, { container: make('a') })
    const rows = [
      [ask(client, ContainersService.create, { container: make('a') }), code.ALREADY_EXISTS, 'container "a": already exists'],
      [ask(client, ContainersService.get, { id: 'x' }), code.NOT_FOUND, 'container "x" in namespace "default": not found'],
      [ask(client, ContainersService.delete, { id: 'x' }), code.NOT_FOUND, 'cannot delete container "x" in namespace "default": not found'],
      [ask(client, ContainersService.update, { container: make('x'), updateMask: [] }), code.NOT_FOUND, 'container "x": not found'],
    ] as const
    for (const [call, wanted, text] of rows) t.same(await refusalOf(call), [wanted, text])
    const invalid = [
      ask(client, ContainersService.create, { container: undefined }),
      ask(client, ContainersService.create, { container: make('-') }),
      ask(client, ContainersService.create, { container: { ...make('b'), runtime: undefined } }),
      ask(client, ContainersService.create, { container: { ...make('b'), spec: undefined } }),
      ask(client, ContainersService.update, { container: make('a'), updateMask: ['created_at'] }),
    ]
    for (const call of invalid) t.equal((await refusalOf(call))[0], code.INVALID_ARGUMENT)
  }))

t.test('a record may go while its task runs: then nobody reaches the task, until the record is back', () =>
  withStand(async (stand) => {
    await stand.run({ id: 'a', command: ['sleep', '600'] })
    await stand.deleteRecord('a')
    t.equal(stand.status('a'), 'RUNNING')
    await t.rejects(stand.run({ id: 'a', command: ['true'] }), {
      message: 'Cannot create the task of container "a": task a: already exists',
    })
  }))
