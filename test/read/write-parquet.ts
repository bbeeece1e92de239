import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { CompressionCodec, SchemaElement } from 'hyparquet'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'

export interface WriteOptions {
  readonly name?: string
  readonly codec?: CompressionCodec
  readonly rowGroupSize?: number
  readonly pageSize?: number
  readonly schema?: SchemaElement[]
}

/** A Parquet file in memory, as the file input would give it. */
export function writeParquet(columnData: ColumnSource[], options: WriteOptions = {}): File {
  const { name = 'captions.parquet', ...rest } = options
  return new File([parquetWriteBuffer({ columnData, compressors, ...rest })], name)
}

/** The codecs that hyparquet-writer has no compressor for; all but gzip and Brotli only store. */
const compressors = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
  ZSTD: storeAsZstd,
  LZ4_RAW: storeAsLz4,
  /** Nothing reads it. */
  LZO: (bytes: Uint8Array) => bytes,
}

/** One Zstandard frame of raw blocks (RFC 8878). */
export function storeAsZstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = new Uint8Array(new Uint32Array([bytes.length]).buffer)
  // Descriptor: single segment, four bytes of content size.
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0), size]
  const blockBytes = 65_536
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes)
    const header = (block.length << 3) | (at + blockBytes >= bytes.length ? 1 : 0)
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, (header >> 16) & 255), block)
  }
  return Uint8Array.from(Buffer.concat(parts))
}

/** One LZ4 sequence of literals. */
function storeAsLz4(bytes: Uint8Array): Uint8Array {
  const lengths: number[] = []
  for (let left = bytes.length - 15; left >= 0; left -= 255) lengths.push(Math.min(255, left))
  return Uint8Array.from(Buffer.concat([Uint8Array.of(Math.min(15, bytes.length) << 4, ...lengths), bytes]))
}
