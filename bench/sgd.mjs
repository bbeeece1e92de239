// node bench/sgd.mjs [points] [epochs]: what other arrangements of the gradient descent's kernel would buy, in time alone.
// Writes bench/results/sgd.md.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { openBench, root } from './page.mjs'

const nPoints = Number(process.argv[2] ?? 2000)
const nEpochs = Number(process.argv[3] ?? 100)
const { page, version, close } = await openBench('sgd.html')
try {
  const { adapter, outcomes } = await page.evaluate(
    ([n, epochs]) => globalThis.measure(n, epochs),
    [nPoints, nEpochs],
  )
  const base = outcomes[0].ms
  const text = `# Arrangements of the gradient descent

\`npm run bench:sgd\`: one fit of ${nPoints.toLocaleString('en')} points, 30 neighbors, 20 negatives a sample, ${nEpochs} epochs from a random start; milliseconds an epoch, and the
time against that of the kernel as it is. Time alone: some variants give another result, and the last two a wrong one; they
bound what can be won.

| arrangement | time, as it is = 1 | ms an epoch |
|---|---|---|
${outcomes.map(({ name, ms }) => `| ${name} | ${(ms / base).toFixed(2)} | ${ms.toFixed(2)} |`).join('\n')}

On a software adapter a negative costs mostly its arithmetic (an exponential and a logarithm), so what saves random reads saves
little here. One block of negatives an epoch costs quality too (neighbors kept .461 against .482 on synthetic data; blocks
renewed for every edge held it, but need all threads of a workgroup in step). So the kernel stays as it is until a real GPU,
where random reads decide, says otherwise.

Adapter: ${adapter}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Chromium ${version}, ${new Date().toISOString().slice(0, 10)}.

${adapter.includes('swiftshader') ? 'Not measured here: a real GPU.' : ''}
`
  await writeFile(path.join(root, 'bench/results/sgd.md'), text)
  console.log(text)
} finally {
  await close()
}
