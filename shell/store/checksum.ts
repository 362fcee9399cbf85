/**
 * The checksum that each row of the store carries: CRC-32, which sees every flipped bit and every burst of up to 32 of them.
 * LevelDB has checksums of its own, but hands out a damaged row of a table file without a word.
 *
 * @module
 */
import { Buffer } from 'node:buffer'

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1
  return rest
})

/** CRC-32 of the UTF-8 bytes of `text`, as 8 hexadecimal digits. */
export const checksum = (text: string): string => {
  const bytes = Buffer.from(text, 'utf8')
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}
