import type { KernelSource } from '../../gpu/kernel.ts'
import edges from '../common/edges.wgsl?raw'
import half from '../../gpu/wgsl/half.wgsl?raw'
import addUpWgsl from './add-up.wgsl?raw'
import adoptWgsl from './adopt.wgsl?raw'
import backprojectWgsl from './backproject.wgsl?raw'
import coarsenWgsl from './coarsen.wgsl?raw'
import compressWgsl from './compress.wgsl?raw'
import degreesWgsl from './degrees.wgsl?raw'
import finishWgsl from './finish.wgsl?raw'
import gramWgsl from './gram.wgsl?raw'
import hookWgsl from './hook.wgsl?raw'
import multiplyWgsl from './multiply.wgsl?raw'
import pairsWgsl from './pairs.wgsl?raw'
import projectWgsl from './project.wgsl?raw'
import prolongWgsl from './prolong.wgsl?raw'
import residualWgsl from './residual.wgsl?raw'
import rotateWgsl from './rotate.wgsl?raw'

const rows = { begin: 'u32', end: 'u32' } as const
/** Rows of a part of the graph, and the least weight in use. */
const ofPart = { ...rows, partBegin: 'u32', nSets: 'u32', least: 'u32' } as const

/** Degrees in the largest component. */
export const degrees = {
  label: 'spectral.degrees',
  wgsl: [degreesWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: ofPart,
} as const satisfies KernelSource

/** A round of connected components. */
export const hook = {
  label: 'spectral.hook',
  wgsl: [hookWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: ofPart,
} as const satisfies KernelSource

/** Labels to the ends of their chains. */
export const compress = {
  label: 'spectral.compress',
  wgsl: [compressWgsl],
  bindings: ['uniform', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** A round of clustering the graph by its own edges. */
export const adopt = {
  label: 'spectral.adopt',
  wgsl: [adoptWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: { ...ofPart, round: 'u32' },
} as const satisfies KernelSource

/** The weights between clusters. */
export const coarsen = {
  label: 'spectral.coarsen',
  wgsl: [coarsenWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read_write', 'read_write'],
  params: { ...ofPart, nClusters: 'u32' },
} as const satisfies KernelSource

/** From clusters to their points. */
export const prolong = {
  label: 'spectral.prolong',
  wgsl: [prolongWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { ...rows, nClusters: 'u32' },
} as const satisfies KernelSource

/** A step of a three-term recurrence with the transition matrix. */
export const multiply = {
  label: 'spectral.multiply',
  wgsl: [multiplyWgsl, edges],
  bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'read_write'],
  params: { ...ofPart, alpha: 'f32', beta: 'f32', gamma: 'f32' },
} as const satisfies KernelSource

/** Inner products of blocks, in parts. */
export const gram = {
  label: 'spectral.gram',
  wgsl: [gramWgsl],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: { nPoints: 'u32', firstGroup: 'u32' },
} as const satisfies KernelSource

/** Deflation and a change of basis. */
export const rotate = {
  label: 'spectral.rotate',
  wgsl: [rotateWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Residuals of approximate eigenvectors. */
export const residual = {
  label: 'spectral.residual',
  wgsl: [residualWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** The two vectors that are wanted. */
export const finish = {
  label: 'spectral.finish',
  wgsl: [finishWgsl],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource

/** Vectors to coordinates. */
export const project = {
  label: 'spectral.project',
  wgsl: [projectWgsl, half],
  bindings: ['uniform', 'read', 'read', 'read', 'read_write'],
  params: { ...rows, partBegin: 'u32', nQuads: 'u32' },
} as const satisfies KernelSource

/** Coordinates back to weighted sums of vectors, in parts. */
export const backproject = {
  label: 'spectral.backproject',
  wgsl: [backprojectWgsl, half],
  bindings: ['uniform', 'read', 'read', 'read_write'],
  params: { partBegin: 'u32', partEnd: 'u32', nQuads: 'u32', firstGroup: 'u32' },
} as const satisfies KernelSource

/** 64 rows of a matrix in one. */
export const addUp = {
  label: 'spectral.addUp',
  wgsl: [addUpWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: { ...rows, nRows: 'u32', width: 'u32' },
} as const satisfies KernelSource

/** Two of six columns. */
export const firstPair = {
  label: 'spectral.pairs',
  wgsl: [pairsWgsl],
  bindings: ['uniform', 'read', 'read_write'],
  params: rows,
} as const satisfies KernelSource
