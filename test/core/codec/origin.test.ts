import t from 'tap'
import { fromEnvironment, fromFile, fromFlag, fromValue, placeOf } from '../../../core/codec/origin.ts'

t.test('a value is called by what its writer typed', async (t) => {
  t.equal(placeOf(fromFlag('--namespace'), 'namespaces', '[1]'), '--namespace')
  t.equal(placeOf(fromEnvironment('CONTAINERD_NAMESPACE'), 'namespaces', '[1]'), 'CONTAINERD_NAMESPACE from the environment')
  t.equal(placeOf(fromFile('/etc/x.toml'), 'namespaces', '[1]'), 'namespaces[1] in /etc/x.toml')
  t.equal(placeOf(fromValue, 'policy.handling_timeout', ''), 'config.policy.handling_timeout')
})
