/** The settings of NRI: off unless asked for, and what they refuse. */
import * as E from 'fp-ts/lib/Either.js'
import t from 'tap'
import { nriSettings } from '../../../core/codec/nri_settings.ts'
import { settings } from '../../../core/codec/settings.ts'

t.test('no socket and no folder unless they are asked for', async (t) => {
  t.equal(nriSettings.nriSocket.default, '')
  t.equal(nriSettings.nriPluginDir.default, '')
  t.equal(nriSettings.nriTimeoutMs.default, 2_000)
  t.equal(settings.nriSocket, nriSettings.nriSocket, 'they stand in the one table')
})

t.test('what is no path or no time is refused', async (t) => {
  const takes = (
    { codec }: { readonly codec: { readonly decode: (value: unknown) => E.Either<unknown, unknown> } },
    value: unknown,
  ): boolean => E.isRight(codec.decode(value))
  t.strictSame(['/run/nri.sock', '', 'nri.sock', `/${'x'.repeat(107)}`].map((path) => takes(nriSettings.nriSocket, path)), [
    true,
    true,
    false,
    false,
  ])
  t.strictSame(['2s', '1m', '61s', '0s', 2].map((time) => takes(nriSettings.nriTimeoutMs, time)), [true, true, false, false, false])
})
