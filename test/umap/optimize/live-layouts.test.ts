import { expect, test, vi } from 'vitest'
import type { GpuSession } from '../../../src/gpu/session.ts'
import type { Layout } from '../../../src/shared/core/types.ts'
import { type KeptLayouts, LiveLayouts } from '../../../src/umap/optimize/live-layouts.ts'

/** A session whose readings end when the test says so; every copy is counted. */
function standIn() {
  const readings: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  let copies = 0
  const session = {
    readMs: 0,
    buffer: (label: string, size: number) => ({ label, size }),
    copy: () => copies++,
    free: vi.fn(),
    readAll: (parts: readonly { readonly bytes: number }[]) =>
      new Promise((resolve, reject) => {
        const data = parts.map(({ bytes }) => new Float32Array(bytes / 4).fill(copies).buffer)
        readings.push({ resolve: () => resolve(data), reject })
      }),
  }
  const positions = { size: 16 } as GPUBuffer
  const live = new LiveLayouts(session as unknown as GpuSession, [{ name: 'nn5', positions }], 16)
  return { live, readings, copies: () => copies }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('layouts are read one after another, and what is kept is a copy of its own, with its pass', async () => {
  const { live, readings, copies } = standIn()
  const shown: (readonly Layout[])[] = []
  const kept: KeptLayouts[] = []
  const events = {
    onLayouts: (layouts: readonly Layout[]) => void shown.push(layouts),
    onKept: (latest: KeptLayouts) => void kept.push(latest),
  }
  await pause(150)
  live.look(7, events)
  live.look(8, events)
  expect(copies()).toBe(1)
  readings[0].resolve()
  await live.settle()
  expect(shown).toEqual([[{ name: 'nn5', positions: Float32Array.of(1, 1, 1, 1) }]])
  expect(kept).toEqual([{ nPasses: 7, positions: [Float32Array.of(1, 1, 1, 1)] }])
  expect(kept[0].positions[0].buffer).not.toBe(shown[0][0].positions.buffer)
})

test('nothing is read for nobody, and a reading that fails is told at the next look', async () => {
  const { live, readings, copies } = standIn()
  await pause(150)
  live.look(1, {})
  expect(copies()).toBe(0)
  live.look(2, { onLayouts: () => {} })
  readings[0].reject(new Error('lost'))
  await live.settle()
  expect(() => live.look(3, { onLayouts: () => {} })).toThrow('lost')
  expect(() => live.check()).toThrow('lost')
})
