import type { Browser, Page } from 'playwright'
import { captionFile, makeCaptions, modelFolder } from './made.ts'
import type { StepContext } from './record.ts'
import type { Site } from './site.ts'

export interface Visit {
  readonly browser: Browser
  readonly site: Site
  readonly isTrial: boolean
}

/** What the steps use of `globalThis.captionscape` (docs/scripting.md). */
interface Captionscape {
  status(): { readonly message: string; readonly layouts: string[]; readonly backend: string | null }
  whenReady(): Promise<void>
  timings(): { readonly stage: string; readonly ms: number; readonly rows: number }[]
  screenPosition(row: number): { readonly x: number; readonly y: number } | null
}

interface OnPage {
  captionscape: Captionscape
  hovers: { moved: number; shown: number[] }
  bench: { move: (frames: number) => Promise<{ readonly ms: number; readonly points: number | null }> }
  measure: (name: string, n: number) => Promise<Readonly<Record<string, unknown>>>
}

/** Numbers that a software adapter can bear, so that the same steps can be tried on it. */
const TRIAL_FIT = { gpu: 'fallback', epochs: '5', negatives: '2' }

/** Runs a body on a fresh page of a fresh profile; it is closed when the step's time is up, which ends what waits on it. */
export async function onPage<T>(
  { browser, site }: Visit,
  address: string,
  { signal, record }: Pick<StepContext, 'signal' | 'record'>,
  body: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const end = (): void => void context.close().catch(() => {})
  signal.addEventListener('abort', end)
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(0)
    page.on('pageerror', (error) => record({ what: 'page error', failed: String(error).slice(0, 300) }))
    await page.goto(new URL(address, site.url).href)
    return await body(page)
  } finally {
    signal.removeEventListener('abort', end)
    await context.close().catch(() => {})
  }
}

/** Awaits the map; in its words where the page says that something failed. */
async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => 'captionscape' in globalThis)
  await page.evaluate(() => (globalThis as unknown as OnPage).captionscape.whenReady())
}

function addressOf(params: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams(params)}`
}

/** The project's own sample on screen, from nothing. */
export async function openSample(visit: Visit, context: StepContext): Promise<void> {
  for (const turn of ['first', 'second']) {
    const began = performance.now()
    await onPage(visit, '', context, async (page) => {
      await ready(page)
      await page.waitForFunction(() => {
        const drawn = document.querySelector<HTMLCanvasElement>('canvas[data-drawn]')?.dataset.drawn ?? '0'
        return Number.parseInt(drawn, 10) > 0
      })
      context.record({ what: 'sample on screen', turn, seconds: (performance.now() - began) / 1000 })
    })
  }
}

/** Opens captions and lays them out; records every stage. */
async function layOut(
  visit: Visit,
  params: Readonly<Record<string, string>>,
  what: Readonly<Record<string, unknown>>,
  context: StepContext,
  after: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  const began = performance.now()
  await onPage(visit, addressOf(params), context, async (page) => {
    await ready(page)
    const seconds = (performance.now() - began) / 1000
    const { timings, status } = await page.evaluate(() => {
      const { captionscape } = globalThis as unknown as OnPage
      return { timings: captionscape.timings(), status: captionscape.status() }
    })
    const embed = timings.find(({ stage }) => stage === 'Embed')
    const captionsPerSecond = embed ? embed.rows / (embed.ms / 1000) : null
    context.record({ ...what, seconds, captionsPerSecond, status, stages: timings })
    await after(page)
  })
}

/** Captions by words: from the file to three layouts, then the pointer over them. */
export async function fromWords(visit: Visit, context: StepContext): Promise<void> {
  const count = visit.isTrial ? 400 : 100_000
  visit.site.made.set('made/words.parquet', await captionFile(makeCaptions(count, 11)))
  const params = {
    data: new URL('made/words.parquet', visit.site.url).href,
    encoder: 'lexical',
    ...(visit.isTrial ? TRIAL_FIT : {}),
  }
  await layOut(visit, params, { what: 'captions by words', captions: count }, context, (page) =>
    hover(page, count, context),
  )
}

/** From a move of the pointer to the caption in the page. */
async function hover(page: Page, count: number, { record }: StepContext): Promise<void> {
  await page.evaluate(() => {
    const hovers = { moved: 0, shown: [] as number[] }
    Object.assign(globalThis, { hovers })
    addEventListener('pointermove', () => (hovers.moved = performance.now()), { capture: true })
    let before = ''
    new MutationObserver(() => {
      const text = document.querySelector('[role=tooltip]')?.textContent ?? ''
      if (text && text !== before) hovers.shown.push(performance.now() - hovers.moved)
      before = text
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
  })
  const wanted = 40
  for (let i = 0; i < wanted; i++) {
    const place = await page.evaluate(
      (row) => (globalThis as unknown as OnPage).captionscape.screenPosition(row),
      Math.floor(((i + 0.5) * count) / wanted),
    )
    if (!place) continue
    await page.mouse.move(place.x, place.y)
    await page.waitForTimeout(120)
  }
  const shown = await page.evaluate(() => (globalThis as unknown as OnPage).hovers.shown)
  const sorted = shown.sort((a, b) => a - b)
  record({
    what: 'hover',
    captions: count,
    shown: sorted.length,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? null,
    mostMs: sorted.at(-1) ?? null,
  })
}

/** Captions through a CLIP text model whose weights are random, in its true size and half floats. */
export async function fromClip(visit: Visit, context: StepContext): Promise<void> {
  const count = visit.isTrial ? 60 : 20_000
  const began = performance.now()
  const captions = makeCaptions(count, 21)
  visit.site.made.set('made/clip.parquet', await captionFile(captions))
  for (const [name, bytes] of modelFolder(visit.isTrial ? 'small' : 'full')) {
    visit.site.made.set(`made/clip/${name}`, bytes)
  }
  context.record({ what: 'model made', seconds: (performance.now() - began) / 1000 })
  const params = {
    data: new URL('made/clip.parquet', visit.site.url).href,
    encoder: 'clip',
    model: new URL('made/clip/', visit.site.url).href,
    dtype: visit.isTrial ? 'fp32' : 'fp16',
    backend: 'webgpu',
    firstMap: 'none',
    ...(visit.isTrial ? TRIAL_FIT : {}),
  }
  const model = visit.isTrial ? 'small, fp32' : 'ViT-B/32 text, random weights, fp16'
  await layOut(visit, params, { what: 'captions by CLIP', captions: count, model }, context)
}

/** Frames while the camera moves, over synthetic points; regl-scatterplot beside. */
export async function drawFrames(visit: Visit, context: StepContext): Promise<void> {
  const sizes = visit.isTrial ? [10_000, 20_000] : [1_000_000, 12_000_000]
  for (const nPoints of sizes) {
    for (const name of ['captionscape', 'regl-scatterplot']) {
      if (context.signal.aborted) return
      const frames = visit.isTrial ? 5 : 120
      try {
        await onPage(visit, 'bench/draw.html', context, async (page) => {
          await page.waitForFunction(() => 'measure' in globalThis)
          const first = await page.evaluate(([by, n]) => (globalThis as unknown as OnPage).measure(by, n), [
            name,
            nPoints,
          ] as const)
          const moved = await page.evaluate(
            (count) => (globalThis as unknown as OnPage).bench.move(count),
            frames,
          )
          const inFrame = { frames, msPerFrame: moved.ms / frames, pointsAFrame: moved.points ?? nPoints }
          context.record({ what: 'frames', name, nPoints, ...first, ...inFrame })
        })
      } catch (error) {
        context.record({ what: 'frames', name, nPoints, failed: String(error).slice(0, 300) })
      }
    }
  }
}
