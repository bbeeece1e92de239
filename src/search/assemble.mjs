// npm run scan: writes scan-wasm.ts from scan.wat. test/search holds that the two agree.
import { readFile, writeFile } from 'node:fs/promises'
import wabt from 'wabt'

const here = (name) => new URL(name, import.meta.url)
const module = (await wabt()).parseWat('scan.wat', await readFile(here('scan.wat'), 'utf8'), { simd: true })
const { buffer } = module.toBinary({})
await writeFile(
  here('scan-wasm.ts'),
  `/** scan.wat as WebAssembly, base64; made by \`npm run scan\`. */
export const SCAN_WASM =
  '${Buffer.from(buffer).toString('base64')}'
`,
)
