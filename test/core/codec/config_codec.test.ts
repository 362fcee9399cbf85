import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { decodeConfig, encodeConfig } from '../../../core/codec/config_codec.ts'

t.test('with one namespace, all the rest has its default', async (t) => {
  t.strictSame(
    decodeConfig({ namespaces: ['ci'] }),
    E.right({
      address: '/run/containerd/containerd.sock',
      namespaces: ['ci'],
      allowForeignNamespaces: [],
      selectors: [],
      stateDir: '/var/lib/containerd-reaper',
      deleteGraceMs: 0,
      dryRun: false,
      salvage: false,
      criSocket: '',
      nriSocket: '',
      nriPluginDir: '',
      nriTimeoutMs: 2_000,
      log: 'pretty',
      policy: {
        handlingTimeoutMs: 10_000,
        onHandlingTimeout: 'join',
        deleteHardLimitMs: undefined,
        sandboxExit: 'first',
        backoffFirstMs: 1_000,
        backoffCapMs: 300_000,
        backoffJitter: 0.2,
        maxHandlings: 8,
        loadTimeoutMs: 2_000,
        oomReadTimeoutMs: 1_000,
        drainTimeoutMs: 2_000,
        relistPeriodMs: 300_000,
        inferredGraceMs: 7_000,
      },
    }),
  )
})

t.test('what is encoded is what a file would hold', async (t) => {
  const config = decodeConfig({ namespaces: ['ci'], delete_grace: '90s', policy: { delete_hard_limit: '1h' } })
  t.match(E.isRight(config) && encodeConfig(config.right), {
    namespaces: ['ci'],
    delete_grace: '1m30s',
    state_dir: '/var/lib/containerd-reaper',
    policy: { delete_hard_limit: '1h', handling_timeout: '10s', max_handlings: 8, sandbox_exit: 'first' },
  })
})

t.test('every default is what its own codec gives back', async (t) => {
  const config = decodeConfig({ namespaces: ['ci'] })
  t.strictSame(E.isRight(config) && decodeConfig(encodeConfig(config.right)), config)
})
