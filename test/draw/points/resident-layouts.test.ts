import { describe, expect, test } from 'vitest'
import { ResidentLayouts } from '../../../src/draw/points/resident-layouts.ts'

const layout = (name: string, ...places: number[]) => ({ name, positions: Float32Array.from(places) })
const A = layout('a', 0, 0, 2, 0)
const B = layout('b', 4, 0, 2, 8)
const C = layout('c', 1, 1, Number.NaN, 1)
const D = layout('d', 5, 5, 6, 6)

function resident(all = [A, B, C], active = 'a'): ResidentLayouts {
  const layouts = new ResidentLayouts()
  layouts.set(all, active)
  layouts.weights = layouts.target()
  layouts.fillSlots()
  return layouts
}

const names = (layouts: ResidentLayouts) => layouts.placed().map((placed) => placed?.name ?? null)

describe('slots', () => {
  test('hold the active layout first, and the others ahead of time', () => {
    const layouts = resident()
    expect(names(layouts)).toEqual(['a', 'b', 'c'])
    layouts.turnTo('c')
    expect(layouts.target()).toEqual([0, 0, 1])
    expect(names(layouts)).toEqual(['a', 'b', 'c'])
  })

  test('of a fourth layout are taken from the one that is seen least', () => {
    const layouts = resident([A, B, C, D])
    layouts.weights = [0.6, 0.1, 0.3]
    layouts.turnTo('d')
    expect(layouts.target()).toEqual([0, 1, 0])
    expect(names(layouts)).toEqual(['a', 'd', 'c'])
  })

  test('of both ends of a blend are never the same', () => {
    const layouts = resident([A, B, C, D])
    expect(layouts.blendTo('d', 0.25)).toBe(true)
    const target = layouts.target()
    expect(target.toSorted((a, b) => a - b)).toEqual([0, 0.25, 0.75])
    expect(names(layouts)[target.indexOf(0.25)]).toBe('d')
    expect(layouts.blendTo('d', 0.25)).toBe(false)
    expect(layouts.blendTo('nowhere', 0.5)).toBe(true)
    expect(layouts.target()[0]).toBe(1)
  })

  test('of a layout in the making are the same with every step', () => {
    const layouts = resident([A])
    layouts.set([layout('a', 9, 9, 9, 9)], 'a')
    expect(layouts.target()).toEqual([1, 0, 0])
    expect(layouts.placed()[0]?.positions[0]).toBe(9)
  })

  test('keep the layout that the points leave until they have arrived', () => {
    const layouts = resident([A, B])
    const next = layout('a', 7, 7, 7, 7)
    layouts.set([next], 'a')
    layouts.leave(A)
    expect(layouts.weights).toEqual([1, 0, 0])
    expect(layouts.target()).toEqual([0, 1, 0])
    expect(layouts.placed().slice(0, 2)).toEqual([A, next])
    expect(layouts.arrive()).toBe(true)
    expect(layouts.arrive()).toBe(false)
    expect(layouts.placed()).toEqual([null, next, null])
  })

  test('are as many as the GPU has room for, and hold nothing of another size', () => {
    const large = { name: 'large', positions: new Float32Array(2 * 30_000_000) }
    const layouts = resident([large, A], 'large')
    expect(layouts.isSingle).toBe(true)
    expect(names(layouts)).toEqual(['large'])
    layouts.turnTo('a')
    layouts.target()
    layouts.forget()
    layouts.set([A, { name: 'large', positions: large.positions }], 'a')
    layouts.target()
    layouts.fillSlots()
    expect(names(layouts)).toEqual(['a', null, null])
  })
})

describe('places', () => {
  test('on their way lie between both layouts, and are made once', () => {
    const layouts = resident()
    layouts.blendTo('b', 0.25)
    const places = layouts.places()
    expect(places && [...places]).toEqual([1, 0, 2, 2])
    expect(layouts.places()).toBe(places)
    expect(layouts.position(1)).toEqual([2, 2])
    layouts.blendTo(null, 0)
    expect(layouts.places()).toBe(A.positions)
  })

  test('are none for rows that a layout lacks, and for those beyond its end', () => {
    const layouts = resident([A, C], 'c')
    expect(layouts.position(0)).toEqual([1, 1])
    expect(layouts.position(1)).toBeNull()
    expect(layouts.position(2)).toBeNull()
    expect(layouts.position(-1)).toBeNull()
  })

  test('of the middle layout give the colors', () => {
    expect(resident([A, B, C]).colorReference).toBe(B.positions)
    expect(resident([A, B], 'b').colorReference).toBe(A.positions)
  })
})
