import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { chromiumArgs } from '../chromium-args.mjs'
import type { Hub } from '../hub/hub.ts'

/** Files by path, served with CORS and ranges, as a data host would. */
interface DataServer {
  readonly url: string
  readonly files: Map<string, Uint8Array>
  /** Milliseconds until the file is sent, so that a test can act while it is awaited. */
  readonly delays: Map<string, number>
  /** A status, with headers, in place of a file; null to send it. */
  refuse: (
    request: IncomingMessage,
  ) => { readonly status: number; readonly headers?: OutgoingHttpHeaders } | null
}

/** A page and what went wrong on it. */
export interface Visit {
  readonly page: Page
  /** Uncaught errors, console errors and policy violations. */
  readonly faults: string[]
  /** Every address that was asked for. */
  readonly requests: string[]
}

interface VisitOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  /** Before the page is opened, as to answer for other hosts. */
  readonly prepare?: (context: BrowserContext) => Promise<void>
  /** A phone's screen, that fingers touch. */
  readonly touch?: boolean
  /** The page's Cross-Origin-Embedder-Policy, if not the one that it is delivered with. */
  readonly embedder?: 'require-corp'
}

/**
 * One browser and one data server a test file; a fresh context, so a clean profile, a visit.
 * @param hub takes the place of the Hugging Face hub
 */
export function harness(hub: Hub | null = null) {
  let browser: Browser
  let closeServer: () => void
  const contexts: BrowserContext[] = []
  const data: DataServer = { url: '', files: new Map(), delays: new Map(), refuse: () => null }

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      args: [...chromiumArgs, ...((await hub?.start()) ?? [])],
    })
    const server = createServer((request, response) => {
      const headers = {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': '*',
        'access-control-expose-headers': 'content-range, accept-ranges, etag',
        'cross-origin-resource-policy': 'cross-origin',
        'accept-ranges': 'bytes',
      }
      const name = decodeURIComponent((request.url ?? '').slice(1).split('?')[0])
      const file = data.files.get(name)
      if (request.method === 'OPTIONS') {
        response.writeHead(204, headers).end()
        return
      }
      const refused = data.refuse(request)
      if (refused) {
        response.writeHead(refused.status, { ...headers, ...refused.headers }).end()
        return
      }
      if (!file) {
        response.writeHead(404, headers).end('not here')
        return
      }
      const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')
      const start = range ? Number(range[1]) : 0
      const end = range?.[2] ? Math.min(Number(range[2]), file.length - 1) : file.length - 1
      response.writeHead(range ? 206 : 200, {
        ...headers,
        'content-length': end - start + 1,
        ...(range ? { 'content-range': `bytes ${start}-${end}/${file.length}` } : {}),
      })
      const body = request.method === 'HEAD' ? undefined : file.subarray(start, end + 1)
      setTimeout(() => response.end(body), data.delays.get(name) ?? 0)
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    Object.assign(data, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
    closeServer = () => server.close()
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })

  afterAll(async () => {
    await browser.close()
    closeServer()
    hub?.stop()
  })

  /** @param search the page's parameters */
  async function visit(
    search: Record<string, string | number> = {},
    options: VisitOptions = {},
  ): Promise<Visit> {
    const { width = 1440, height = 900, theme = 'dark', touch = false } = options
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      hasTouch: touch,
      isMobile: touch,
    })
    contexts.push(context)
    await options.prepare?.(context)
    const page = await context.newPage()
    const faults: string[] = []
    const requests: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      // The network's own errors are shown by the page as alerts; the tests look for those.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        faults.push(message.text())
    })
    page.on('request', (request) => requests.push(request.url()))
    const url = new URL(inject(options.embedder === 'require-corp' ? 'strictPageUrl' : 'pageUrl'))
    for (const [key, value] of Object.entries(search)) url.searchParams.set(key, String(value))
    await page.goto(url.href)
    return { page, faults, requests }
  }

  return { data, visit }
}

/** Waits for the map; rejects with the error that the page shows. */
export async function ready(page: Page): Promise<void> {
  await page.evaluate(() => globalThis.captionscape.whenReady())
  await settled(page)
}

/** Waits until the camera and the morph have come to rest. */
export async function settled(page: Page): Promise<void> {
  let before = ''
  for (let i = 0; i < 100; i++) {
    const now = JSON.stringify(await page.evaluate(() => globalThis.captionscape.screenPosition(0)))
    if (now === before && i > 1) return
    before = now
    await page.waitForTimeout(120)
  }
  throw new Error('e2e: the map did not come to rest')
}

/** [n, 2] */
export async function layout(page: Page, name: string): Promise<number[]> {
  return page.evaluate(async (n) => [...(await globalThis.captionscape.layout(n))], name)
}

/** Moves the mouse over a row and gives the text of the tooltip. */
export async function hover(page: Page, row: number): Promise<string | null> {
  const where = () => page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)
  let at = await where()
  if (!at) throw new Error(`e2e: row ${row} is out of view`)
  const isFree = await page.evaluate(
    ({ x, y }) => document.elementFromPoint(x, y)?.closest('.map') !== null,
    at,
  )
  if (!isFree) {
    // A card lies over the map's corner there: the map is drawn out from under it, as one would.
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
    const middle = { x: 0.4 * width, y: 0.4 * height }
    await page.mouse.move(middle.x, middle.y)
    await page.mouse.down()
    await page.mouse.move(
      middle.x + (at.x < middle.x ? 200 : -200),
      middle.y + (at.y < middle.y ? 120 : -120),
      {
        steps: 5,
      },
    )
    await page.mouse.up()
    await settled(page)
    at = (await where()) ?? at
  }
  await page.mouse.move(at.x + 3, at.y + 3)
  await page.mouse.move(at.x, at.y)
  return page.getByRole('tooltip').textContent()
}

/** Standard deviation over both axes; NaN or Infinity where a place is not finite. */
export function spread(positions: readonly number[]): number {
  const mean = positions.reduce((sum, v) => sum + v, 0) / positions.length
  return Math.sqrt(positions.reduce((sum, v) => sum + (v - mean) ** 2, 0) / positions.length)
}

/** Violations of WCAG 2.2 AA on the page as it is. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations: found } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return found.map((v) => `${v.id}: ${v.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
  })
}

/** Unfolds the menu behind the name of the open file, or folds it. */
export async function menu(page: Page, open = true): Promise<void> {
  const isOpen = await page.locator('[data-panel]').evaluate((panel) => !(panel as HTMLElement).hidden)
  if (isOpen !== open) await page.getByRole('button', { name: 'Menu' }).click()
}

/** Controls and texts that an edge of the window cuts; what scrolls sideways by itself is left out. */
export async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, label, p, h1, h2, h3, summary')]
      .filter((element) => {
        const { left, right, width, height } = element.getBoundingClientRect()
        const isSeen = width > 1 && height > 1 && !element.closest('.visually-hidden, .rows, .contrasts ul')
        return isSeen && (left < -0.5 || right > innerWidth + 0.5)
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  )
}

/** Moves the focus on by Tab until it is where it should be: what the page offers those without a mouse. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const at = await page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null
      return (element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '').trim()
    })
    if (typeof name === 'string' ? at === name : name.test(at)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`e2e: Tab does not lead to “${name}”`)
}
