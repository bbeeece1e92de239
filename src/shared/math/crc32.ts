/** [8, 256] for the reflected polynomial of IEEE 802.3; row k is for a byte with k more after it. */
const TABLES = new Uint32Array(8 * 256)
for (let byte = 0; byte < 256; byte++) {
  let c = byte
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  TABLES[byte] = c
}
for (let i = 256; i < TABLES.length; i++) TABLES[i] = (TABLES[i - 256] >>> 8) ^ TABLES[TABLES[i - 256] & 255]

/**
 * CRC-32 as in ZIP and Parquet, eight bytes at a time (Intel’s “slicing by 8”).
 * @returns a whole number from 0 to 2³² - 1
 */
export function crc32(bytes: Uint8Array): number {
  const T = TABLES
  let crc = 0xffffffff
  let i = 0
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    crc =
      T[1792 + (crc & 255)] ^
      T[1536 + ((crc >>> 8) & 255)] ^
      T[1280 + ((crc >>> 16) & 255)] ^
      T[1024 + (crc >>> 24)] ^
      T[768 + bytes[i + 4]] ^
      T[512 + bytes[i + 5]] ^
      T[256 + bytes[i + 6]] ^
      T[bytes[i + 7]]
  }
  for (; i < bytes.length; i++) crc = T[(crc ^ bytes[i]) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}
