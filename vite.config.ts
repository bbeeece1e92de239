import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
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

export default defineConfig({
  base: './',
  define: { CAPTIONSCAPE_VERSION: JSON.stringify(packageJson.version) },
  plugins: [react()],
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
