import t from 'tap'
import { oneLine } from '../../../shell/cli/one_line.ts'

t.test('lines and control characters of somebody else stay out of the table', async (t) => {
  t.equal(oneLine(' two\nlines\r\n\tand \u001b[31mred\u0007 '), 'two lines and [31mred')
  t.equal(oneLine('a\u009b2Jb \u202etxt.exe\u2066'), 'a 2Jb txt.exe')
})
