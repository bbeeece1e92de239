import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { marked } from 'marked'
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import packageJson from './package.json' with { type: 'json' }
import { chromiumArgs } from './test/chromium-args.mjs'

// Cross-origin isolation gives threads to onnxruntime's wasm; the policy keeps every script on our own origin.
// `public/_headers` says the same to static hosts; docs/hosting.md explains each line.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'credentialless',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
const policy = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https: http://localhost:* http://127.0.0.1:*",
    "connect-src 'self' https: http://localhost:* http://127.0.0.1:* blob: data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** docs/files.md as a page beside the page, which its errors and its panel link to. */
function filesPage(): Plugin {
  const html = async (): Promise<string> => {
    const text = readFileSync(new URL('docs/files.md', import.meta.url), 'utf8')
    const style =
      ':root { color-scheme: light dark } body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif } ' +
      'table { border-collapse: collapse } td, th { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top } code { overflow-wrap: anywhere }'
    const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Files that open – Captionscape</title><style>${style}</style>`
    return `<!doctype html><html lang="en"><head>${head}</head><body><main>${await marked.parse(text)}</main></body></html>`
  }
  return {
    name: 'captionscape-files',
    configureServer(server) {
      server.middlewares.use('/files.html', (_, response) => {
        void html().then((page) => response.setHeader('Content-Type', 'text/html').end(page))
      })
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'files.html', source: await html() })
    },
  }
}

export default defineConfig({
  base: './',
  define: { CAPTIONSCAPE_VERSION: JSON.stringify(packageJson.version) },
  plugins: [react(), filesPage()],
  // Tests read ../shared/data where it is there.
  server: { headers: isolation, fs: { allow: ['.', '../shared/data'] } },
  preview: { headers: { ...isolation, ...policy } },
  worker: { format: 'es' },
  build: { target: 'es2023', chunkSizeWarningLimit: 2000, assetsInlineLimit: 0 },
  // The scan for dependencies does not follow workers; what it finds too late makes the page reload.
  optimizeDeps: {
    entries: ['index.html', 'workers/*.ts'],
    include: [
      '@huggingface/tokenizers',
      '@huggingface/transformers',
      'hyparquet',
      'hyparquet/src/column.js',
      'hyparquet/src/convert.js',
      'hyparquet/src/delta.js',
      'hyparquet-compressors',
      'hyparquet-writer',
      'hyparquet-writer/src/datapage.js',
      'hyparquet-writer/src/metadata.js',
    ],
    exclude: ['onnxruntime-web'],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.ts', 'test/e2e/**'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.{ts,tsx}'],
          testTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
                args: chromiumArgs,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          globalSetup: 'test/e2e/site.ts',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
