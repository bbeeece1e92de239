// npm run bench:gpu: packs the GPU day for a bare Linux x86-64 machine into bench/.out/gpu. See bench/gpu/README.md.
import { execFileSync } from 'node:child_process'
import { copyFile, cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const out = path.join(root, 'bench/.out/gpu')
const programs = path.join(out, 'programs')
/** Bytes of one folder that travels: 64 MiB a call, less the project's own files. */
const MOST = 57 * 2 ** 20

/** One file of JavaScript without imports but Node's own. */
async function bundle(entry, folder, name) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: name, codeSplitting: false } },
    },
  })
}

async function sizeOf(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    names.filter((entry) => entry.isFile()).map((entry) => stat(path.join(entry.parentPath, entry.name))),
  )
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

execFileSync('bash', [path.join(root, 'bench/gpu/pack.sh'), programs], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
const a = path.join(out, 'a')
await rm(a, { recursive: true, force: true })
await mkdir(a, { recursive: true })
await bundle('bench/gpu/node.ts', a, 'day-a.mjs')
await copyFile(path.join(root, 'bench/gpu/day.sh'), path.join(a, 'day.sh'))
for (const name of ['node.tar.xz', 'unxz.tar']) await copyFile(path.join(programs, name), path.join(a, name))

for (const folder of [a]) {
  const size = await sizeOf(folder)
  console.log(`${path.relative(root, folder)}: ${(size / 2 ** 20).toFixed(1)} MiB`)
  if (size > MOST) throw new Error(`pack: ${folder} is larger than ${MOST / 2 ** 20} MiB`)
}
