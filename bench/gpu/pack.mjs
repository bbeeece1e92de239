// npm run bench:gpu: packs the GPU day for a bare Linux x86-64 machine into bench/.out/gpu. See bench/gpu/README.md.
import { execFileSync } from 'node:child_process'
import { copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const out = path.join(root, 'bench/.out/gpu')
const programs = path.join(out, 'programs')
/** Bytes of one folder that travels: 64 MiB a call, less the project's own files. */
const MOST = 57 * 2 ** 20
/** Bytes of the browser in the first of its two folders. */
const FIRST = 56 * 2 ** 20
const WHEELS = ['umap-learn==0.5.12', 'pynndescent==0.7.0']

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

/** The built page, the benches' pages and Playwright, as one archive. */
async function packPage() {
  const whole = path.join(out, 'whole')
  await rm(whole, { recursive: true, force: true })
  const page = path.join(whole, 'page')
  await build({ root, logLevel: 'warn', build: { outDir: page, emptyOutDir: true } })
  await build({
    root,
    configFile: false,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    worker: { format: 'es' },
    build: {
      outDir: page,
      emptyOutDir: false,
      target: 'es2023',
      chunkSizeWarningLimit: 8000,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: ['bench/draw.html', 'bench/gpu/peers.html'].map((name) => path.join(root, name)),
      },
    },
  })
  await cp(path.join(root, 'node_modules/playwright'), path.join(whole, 'playwright'), {
    recursive: true,
    filter: (name) => !/\/(types|vite|bin)$|ThirdPartyNotices|\.d\.ts$/.test(name),
  })
  const archive = path.join(b2, 'page.tar.xz')
  execFileSync('bash', [
    '-c',
    `tar -C "${whole}" -c page playwright | xz -T2 -6 --block-size=24MiB >"${archive}"`,
  ])
}

async function sizeOf(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    names.filter((entry) => entry.isFile()).map((entry) => stat(path.join(entry.parentPath, entry.name))),
  )
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

execFileSync('bash', [path.join(root, 'bench/gpu/pack.sh'), programs], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
})
const [a, b1, b2] = ['a', 'b1', 'b2'].map((name) => path.join(out, name))
for (const folder of [a, b1, b2]) {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await copyFile(path.join(root, 'bench/gpu/day.sh'), path.join(folder, 'day.sh'))
}

await bundle('bench/gpu/node.ts', a, 'day-a.mjs')
for (const name of ['node.tar.xz', 'unxz.tar']) await copyFile(path.join(programs, name), path.join(a, name))

const chrome = await readFile(path.join(programs, 'chrome.tar.xz'))
await writeFile(path.join(b1, 'chrome.part.0'), chrome.subarray(0, FIRST))
await writeFile(path.join(b2, 'chrome.part.1'), chrome.subarray(FIRST))
await bundle('bench/gpu/page.ts', b2, 'day-b.mjs')
await copyFile(path.join(root, 'bench/gpu/peers.py'), path.join(b2, 'peers.py'))
await packPage()
try {
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', b2, ...WHEELS]
  execFileSync('python3', args, { stdio: 'inherit' })
} catch (error) {
  console.warn(`pack: without umap-learn (${String(error)})`)
}

for (const folder of [a, b1, b2]) {
  const size = await sizeOf(folder)
  console.log(`${path.relative(root, folder)}: ${(size / 2 ** 20).toFixed(1)} MiB`)
  if (size > MOST) throw new Error(`pack: ${folder} is larger than ${MOST / 2 ** 20} MiB`)
}
