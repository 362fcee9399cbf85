import t from 'tap'
import { checksum } from '../../../shell/store/checksum.ts'

t.test('is CRC-32 of the bytes, as known from elsewhere', async (t) => {
  t.equal(checksum(''), '00000000')
  t.equal(checksum('123456789'), 'cbf43926')
  t.equal(checksum('The quick brown fox jumps over the lazy dog'), '414fa339')
  t.not(checksum('é'), checksum('e'))
})
