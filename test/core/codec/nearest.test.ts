import t from 'tap'
import { nearest } from '../../../core/codec/nearest.ts'

t.test('finds the word that was meant, and keeps quiet when there is none', async (t) => {
  const words = ['namespaces', 'selectors', 'state_dir', 'log']
  t.equal(nearest('namespace', words), 'namespaces')
  t.equal(nearest('statedir', words), 'state_dir')
  t.equal(nearest('selcetors', words), 'selectors')
  t.equal(nearest('lgo', words), 'log')
  t.equal(nearest('log', words), 'log')
  for (const word of ['', 'x', 'zzz', 'address', 'a'.repeat(50)]) t.equal(nearest(word, words), undefined, word)
  t.equal(nearest('zz', ['id']), undefined, 'no letter in common')
  t.equal(nearest('rum', ['run', 'rub']), 'run', 'the first of equals')
})
