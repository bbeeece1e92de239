// npm run check:naga: compiles every kernel by naga, Firefox's shader compiler (`cargo install naga-cli`), which is stricter in some
// points than Chromium's and laxer in others. Without it on the PATH nothing is checked, and that is said. Not a part of CI.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { createServer } from 'vite'

if (spawnSync('naga', ['--version']).error) {
  console.log('naga is not on the PATH (cargo install naga-cli): the kernels were not checked by it.')
  process.exit(0)
}
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true },
})
const rooms = ['gpu', 'search', ...['neighbors', 'graph', 'spectral', 'optimize', 'transform'].map((room) => `umap/${room}`)]
const folder = mkdtempSync(path.join(os.tmpdir(), 'naga-'))
const failed = []
let nKernels = 0
try {
  for (const room of rooms) {
    const kernels = Object.values(await server.ssrLoadModule(`/src/${room}/kernels.ts`))
    for (const { label, wgsl } of kernels) {
      nKernels++
      const file = path.join(folder, `${label}.wgsl`)
      writeFileSync(file, wgsl.join('\n'))
      const { status, stderr } = spawnSync('naga', [file], { encoding: 'utf8' })
      if (status === 0) continue
      failed.push(label)
      console.error(`${label}:\n${stderr}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
  await server.close()
}
console.log(failed.length === 0 ? `naga takes all ${nKernels} kernels.` : `naga refuses ${failed.join(', ')}.`)
process.exit(failed.length === 0 ? 0 : 1)
