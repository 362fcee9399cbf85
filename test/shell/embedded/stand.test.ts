import t from 'tap'
import { standCases } from './stand_cases.ts'

for (const { name, run } of standCases) t.test(name, run)
