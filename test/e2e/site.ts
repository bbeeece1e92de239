import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { type PreviewServer, preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built page, served as `npm start` serves it. */
    pageUrl: string
    /** The same under `Cross-Origin-Embedder-Policy: require-corp`. */
    strictPageUrl: string
  }
}

/**
 * Serves the built page to every end-to-end test, on a free port; builds it first, unless `npm test` has done so. In a process
 * of its own: under Vitest's environment Vite would bundle React's development form.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!process.env.CAPTIONSCAPE_BUILT) {
    const env = { ...process.env, NODE_ENV: 'production' }
    execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { env })
  }
  const servers = [await serve({}), await serve({ 'Cross-Origin-Embedder-Policy': 'require-corp' })]
  project.provide('pageUrl', addressOf(servers[0]))
  project.provide('strictPageUrl', addressOf(servers[1]))
  return async () => {
    await Promise.all(servers.map((server) => server.close()))
  }
}

/** @param headers in place of, or beside, those of `npm start` */
async function serve(headers: Record<string, string>): Promise<PreviewServer> {
  return preview({
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0, strictPort: false, headers },
  })
}

function addressOf(server: PreviewServer): string {
  const address = server.httpServer.address()
  if (address === null || typeof address === 'string') throw new Error('e2e: the preview server has no port')
  return `http://127.0.0.1:${address.port}/`
}
