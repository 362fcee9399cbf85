import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { decodeContainerMetadata, decodeSandboxMetadata } from '../../../core/codec/cri_metadata.ts'

const container = {
  Version: 'v1',
  Metadata: {
    ID: 'c0ffee',
    Name: 'web_shop-7d9_prod_0a1b_2',
    SandboxID: '5a4db0',
    Config: {
      metadata: { name: 'web', attempt: 2 },
      image: { image: 'sha256:11' },
      envs: [{ key: 'A', value: 'b' }],
      labels: { 'io.kubernetes.pod.name': 'shop-7d9', 'io.kubernetes.container.name': 'web' },
      annotations: { 'io.kubernetes.container.restartCount': '2' },
      log_path: 'web/2.log',
      linux: { resources: { memory_limit_in_bytes: 67108864 } },
    },
    ImageRef: 'sha256:11',
    LogPath: '/var/log/pods/prod_shop-7d9_0a1b/web/2.log',
    StopSignal: 'SIGQUIT',
    ProcessLabel: '',
    SomethingNew: [1],
  },
}

const without = (json: string): unknown => E.toUnion(decodeContainerMetadata(json))

t.test('a container: what is used is read, the rest is passed over', async (t) => {
  t.strictSame(
    decodeContainerMetadata(JSON.stringify(container)),
    E.right({
      id: 'c0ffee',
      name: 'web_shop-7d9_prod_0a1b_2',
      sandboxId: '5a4db0',
      logPath: '/var/log/pods/prod_shop-7d9_0a1b/web/2.log',
      stopSignal: 'SIGQUIT',
      imageRef: 'sha256:11',
      configName: 'web',
      attempt: 2,
      labels: new Map([['io.kubernetes.pod.name', 'shop-7d9'], ['io.kubernetes.container.name', 'web']]),
      annotations: new Map([['io.kubernetes.container.restartCount', '2']]),
    }),
  )
})

t.test('what Go leaves out when it is empty, or writes as null, reads as empty', async (t) => {
  const empty = { logPath: '', stopSignal: '', imageRef: '', configName: '', attempt: 0, labels: new Map(), annotations: new Map() }
  for (const Config of [undefined, null, {}, { metadata: null, labels: null }, { metadata: {} }]) {
    const json = JSON.stringify({ Version: 'v1', Metadata: { ID: 'a', Name: 'b', SandboxID: 'c', Config } })
    t.strictSame(decodeContainerMetadata(json), E.right({ id: 'a', name: 'b', sandboxId: 'c', ...empty }), json)
  }
})

t.test('a label may have any name', async (t) => {
  const decoded = decodeContainerMetadata(
    '{"Version":"v1","Metadata":{"ID":"a","Name":"b","SandboxID":"c","Config":{"labels":{"__proto__":"x","toString":"y"}}}}',
  )
  t.strictSame(E.isRight(decoded) && [...decoded.right.labels], [['__proto__', 'x'], ['toString', 'y']])
})

t.test('another version is refused', async (t) => {
  t.match(without(JSON.stringify({ ...container, Version: 'v2' })), {
    _tag: 'Rejected',
    problems: ['Cannot read container metadata.Version: wanted "v1", found "v2"; this containerd is newer than the reaper knows'],
  })
})

t.test('metadata that is missing or unreadable is refused with a line', async (t) => {
  const problems = (json: string): unknown => {
    const decoded = decodeContainerMetadata(json)
    return E.isLeft(decoded) ? decoded.left.problems : decoded
  }
  t.strictSame(problems(''), ['Cannot read container metadata: wanted JSON, found ""'])
  t.strictSame(problems('null'), ['Cannot read container metadata: wanted an object, found null'])
  t.strictSame(problems('{"Version":"v1"}'), ['Cannot read container metadata.Metadata: wanted an object, found nothing'])
  t.strictSame(problems('{"Version":"v1","Metadata":{"ID":"a","Name":"b"}}'), [
    'Cannot read container metadata.Metadata.SandboxID: wanted string, found nothing',
  ])
  t.strictSame(problems('{"Version":"v1","Metadata":{"ID":"a","Name":"b","SandboxID":"c","Config":{"labels":{"x":1}}}}'), [
    'Cannot read container metadata.Metadata.Config.labels.x: wanted string, found 1',
  ])
  t.strictSame(problems('{"Version":"v1","Metadata":{"ID":"a","Name":"b","SandboxID":"c","Config":{"metadata":{"attempt":"1"}}}}'), [
    'Cannot read container metadata.Metadata.Config.metadata.attempt: wanted a whole number from 0 to 4294967295, found "1"',
  ])
})

t.test('a sandbox, from its pause container or the sandbox store', async (t) => {
  const json = JSON.stringify({
    Version: 'v1',
    Metadata: {
      ID: '5a4db0',
      Name: 'shop-7d9_prod_0a1b_1',
      Config: { metadata: { name: 'shop-7d9', uid: '0a1b', namespace: 'prod', attempt: 1 }, labels: { app: 'shop' }, linux: {} },
      NetNSPath: '/var/run/netns/cni-1',
      IP: '10.0.0.7',
      RuntimeHandler: 'runc',
      CNIResult: null,
    },
  })
  t.strictSame(
    decodeSandboxMetadata(json),
    E.right({
      id: '5a4db0',
      name: 'shop-7d9_prod_0a1b_1',
      runtimeHandler: 'runc',
      podName: 'shop-7d9',
      podNamespace: 'prod',
      podUid: '0a1b',
      attempt: 1,
      labels: new Map([['app', 'shop']]),
      annotations: new Map(),
    }),
  )
  t.strictSame(
    decodeSandboxMetadata('{"Version":"v1","Metadata":{"ID":"a","Name":"b"}}'),
    E.right({
      id: 'a',
      name: 'b',
      runtimeHandler: '',
      podName: '',
      podNamespace: '',
      podUid: '',
      attempt: 0,
      labels: new Map(),
      annotations: new Map(),
    }),
  )
  t.match(E.toUnion(decodeSandboxMetadata('{"Version":"v0","Metadata":{}}')), {
    problems: [/^Cannot read sandbox metadata\.Version: wanted "v1", found "v0"/],
  })
})
