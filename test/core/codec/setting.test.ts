import * as io from 'io-ts'
import t from 'tap'
import { setting, valueOfText } from '../../../core/codec/setting.ts'

t.test('names and default text follow from what is given', async (t) => {
  const row = setting({
    key: 'state_dir',
    flag: '--state-dir',
    argument: 'DIR',
    codec: io.string,
    default: '/x',
    meaning: 'm',
    reason: 'r',
  })
  t.strictSame(row.env, ['CONTAINERD_REAPER_STATE_DIR'])
  t.strictSame([row.shape, row.wanted, row.defaultText, row.short], ['text', 'string', '/x', undefined])
  const list = setting({
    key: 'k',
    flag: '--k',
    short: '-k',
    alsoEnv: 'OTHER',
    shape: 'list',
    codec: io.array(io.string),
    default: ['a'],
    meaning: 'm',
    reason: 'r',
  })
  t.strictSame([list.env, list.shape, list.defaultText, list.short], [['CONTAINERD_REAPER_K', 'OTHER'], 'list', '["a"]', '-k'])
})

t.test('text becomes what the file would hold', async (t) => {
  t.equal(valueOfText('text', 'a,b'), 'a,b')
  t.strictSame(valueOfText('list', 'a, b,c'), ['a', 'b', 'c'])
  t.strictSame(valueOfText('lines', 'a,b'), ['a,b'], 'a comma means "and" in a filter')
  t.strictSame(['true', '1', 'YES', 'on'].map((text) => valueOfText('switch', text)), [true, true, true, true])
  t.strictSame(['false', '0', 'no', 'Off'].map((text) => valueOfText('switch', text)), [false, false, false, false])
  t.equal(valueOfText('switch', 'maybe'), 'maybe', 'left for the codec to refuse')
  t.strictSame(['8', '0.5', '8x', '', '-1'].map((text) => valueOfText('number', text)), [8, 0.5, '8x', '', '-1'])
})
