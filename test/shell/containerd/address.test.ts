import t from 'tap'
import { socketPath } from '../../../shell/containerd/address.ts'

t.test('reads a path, with or without its scheme', async (t) => {
  for (const written of ['/run/c.sock', 'unix:/run/c.sock', 'unix:///run/c.sock']) t.equal(socketPath(written), '/run/c.sock')
  t.equal(socketPath('c.sock'), 'c.sock', 'a relative path is one too')
})
