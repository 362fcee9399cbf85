/** Writes so many bursts of exits into a store in this directory, and ends: to be looked at from outside. */
import process from 'node:process'
import { systemClock } from '../../shell/clock.ts'
import { silentLog } from '../../shell/log.ts'
import { openStore } from '../../shell/store/level.ts'
import { must, writeBurst } from './exit_records.ts'

const [dir = '', bursts = '0', size = '0'] = process.argv.slice(2)
const store = must(await openStore({ dir, clock: systemClock, log: silentLog })())
for (let burst = 0; burst < Number(bursts); burst++) await writeBurst(store, burst * Number(size), Number(size))
must(await store.close()())
