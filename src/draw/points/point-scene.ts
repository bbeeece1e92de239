import { sortIds } from '../../shared/places/grid-index.ts'
import { drawOrder, type Shuffle } from '../../shared/places/shuffle.ts'
import { compensated, type DrawMode } from './crowding.ts'
import { FrameBudget } from './frame-budget.ts'
import { type Drawn, nextStep } from './picture-plan.ts'
import type { ColorSource } from '../color/color.ts'
import { type Placed, PointBuffers } from './point-buffers.ts'
import { type Picture, PointPainter, type Run } from './point-painter.ts'
import { type SceneLook, splatSize } from './scene-look.ts'

/** So few points are drawn anew with every frame, straight onto the screen. */
const FEW = 10_000
/** Time of a frame for bringing points to the GPU, ms. */
const FILL_MS = 8

/** What a picture waits for: frames that draw the rest of it, or points that are not on the GPU yet; null where it is complete. */
type Left = 'picture' | 'points' | null

/** Places of the order, on the GPU. */
interface Places {
  readonly of: Uint32Array
  readonly indices: WebGLBuffer
  readonly count: number
}

/**
 * The points of a map: in a random order on the GPU, as many of them in a frame as the device draws in its time, all of them
 * once the map rests. Speaks of rows outside and of places of the order inside.
 */
export class PointScene {
  readonly budget = new FrameBudget()
  /** Points in the picture that is seen, and of how many. */
  drawn = 0
  total = 0
  private readonly painter: PointPainter
  private buffers: PointBuffers | null = null
  /** Takes the place of `buffers` when it is full: other points of the same map. */
  private coming: PointBuffers | null = null
  private wanted: { readonly places: readonly Placed[]; readonly colors: ColorSource } | null = null
  private visible: Places | null = null
  private visibleVersion = 0
  private readonly marked = new Map<number, Places>()
  private front: { picture: Picture; kind: DrawMode; drawn: Drawn } | null = null
  private back: { picture: Picture; drawn: Drawn } | null = null
  private frozen: Picture | null = null
  private isMeasuring = false
  private isSending = false
  /** As many points do not fit into the GPU. */
  private tooMany = Infinity

  constructor(gl: WebGL2RenderingContext) {
    this.painter = new PointPainter(gl)
  }

  destroy(): void {
    this.forget()
    this.painter.destroy()
  }

  /** The order of the points that are drawn now. */
  get shuffle(): Shuffle | null {
    return this.buffers?.shuffle ?? null
  }

  /**
   * Takes other points.
   * @param n 0 for none
   * @param places by slot; no more slots than {@link slotsFor} says
   * @param isFresh of another map: what is there goes at once
   */
  setPoints(n: number, places: readonly Placed[], colors: ColorSource, isFresh: boolean): void {
    if (isFresh || n === 0) {
      this.forget()
      this.tooMany = Infinity
    }
    if (n === 0 || n >= this.tooMany) return
    this.wanted = { places, colors }
    const current = this.coming ?? this.buffers
    if (current?.n === n) current.setSources(places, colors)
    // What is coming first comes in whole, lest points that follow each other quickly are never seen.
    else if (!this.coming) this.bring(n)
  }

  /** Lets go of points that the GPU has no memory for: neither they nor more of them are tried again until others come. */
  giveUp(): void {
    this.tooMany = (this.coming ?? this.buffers)?.n ?? Infinity
    this.thaw()
    this.forget()
    this.drawn = 0
    this.total = 0
  }

  /** Draws only these places of the order where a look asks for it. @param places ascending, a new array for others */
  setVisible(places: Uint32Array | null): void {
    if (this.visible?.of === places) return
    if (this.visible) this.painter.gl.deleteBuffer(this.visible.indices)
    this.visible = places && this.createPlaces(places, places)
    this.visibleVersion++
  }

  /** Keeps what is seen now, to be faded out over what follows. */
  freeze(look: SceneLook): void {
    this.thaw()
    const { buffers } = this
    const total = buffers?.toDraw(look.lens.weights) ?? 0
    if (total === 0) return
    // A map on the move has no picture of its last frame.
    this.advance({ ...look, isPart: false }, { total, part: null, isMoving: true })
    this.frozen = this.painter.createPicture('cover', ...this.size())
    this.painter.into(this.frozen, true, () => this.showPicture({ ...look, isPart: false }, 1))
  }

  thaw(): void {
    if (this.frozen) this.painter.deletePicture(this.frozen)
    this.frozen = null
  }

  /** Draws a frame onto the screen. @returns what is left to do for the picture to be complete */
  paint(look: SceneLook): Left {
    const isFilling = !this.fill(look)
    const { buffers } = this
    if (!buffers) return isFilling ? 'points' : null
    const { lens } = look
    const limit = buffers.toDraw(lens.weights)
    const part = look.isPart && limit === buffers.n ? this.visible : null
    const total = part?.count ?? limit
    this.total = part?.count ?? buffers.n
    const isSum = look.mode === 'density'
    // What is seen for one frame needs no picture.
    const isPassing = look.isMoving && !look.isFinal
    const isDirect = !isSum && look.frozen === 0 && (total <= FEW || isPassing)
    let isOpen = false
    if (isDirect) this.drawDirectly(look, total, part)
    else {
      isOpen = this.advance(look, { total, part, isMoving: look.isMoving || isFilling })
      this.showPicture(look, 1 - look.frozen)
    }
    if (this.frozen) this.painter.drawPicture(this.frozen, look.frozen)
    this.paintMarks(look)
    if (isOpen) return 'picture'
    return isFilling || !buffers.isComplete ? 'points' : null
  }

  /** Brings more points to the GPU between frames. @returns whether there is something new to draw */
  bringMore(look: SceneLook): boolean {
    const { buffers } = this
    const version = buffers?.version
    const isDone = this.fill(look) && (this.buffers?.isComplete ?? true)
    return isDone || this.buffers !== buffers || this.buffers?.version !== version
  }

  /** Draws as many points as the frame bears, straight onto the screen. */
  private drawDirectly(look: SceneLook, total: number, part: Places | null): void {
    const to = total <= FEW || look.isFinal ? total : Math.min(total, this.budget.moving)
    const began = performance.now()
    this.drawPoints(look, { from: 0, to, indices: part?.indices ?? null }, to / this.total, look.dimming)
    this.measure(to, began)
    this.drawn = to
    // Few points are cheaper than the pictures' memory.
    if (total <= FEW) this.dropPictures()
  }

  /** Takes the next step to the picture; false where it is complete. */
  private advance(
    look: SceneLook,
    {
      total,
      part,
      isMoving,
    }: { readonly total: number; readonly part: Places | null; readonly isMoving: boolean },
  ): boolean {
    const { lens, mode } = look
    const [width, height] = this.size()
    this.fitPictures(mode, width, height)
    const { front, back, buffers } = this
    if (!front || !buffers) return false
    const { camera, weights } = lens
    const name = [
      camera.x,
      camera.y,
      camera.zoom,
      ...weights,
      width,
      height,
      buffers.version,
      ...(mode === 'density' ? [mode] : [look.size, look.alpha]),
      part ? this.visibleVersion : 0,
      total,
    ].join()
    const step = nextStep(front.drawn, back?.drawn ?? null, {
      look: name,
      total,
      isMoving,
      isSum: mode === 'density',
      isFinal: look.isFinal,
      budget: this.budget,
    })
    const isStillBusy = this.isMeasuring && step?.clear === false
    if (!step) return front.drawn.points < total && !isMoving
    // The next part waits until the last one is done, so that what a hand does finds the GPU free.
    if (isStillBusy && !look.isFinal) return true
    if (step.into === 'back' && !back)
      this.back = { picture: this.painter.createPicture('cover', width, height), drawn: NOTHING }
    const target = step.into === 'front' ? front : this.back
    if (!target) return false
    const run = { from: step.from, to: step.to, indices: part?.indices ?? null }
    const whole = part?.count ?? buffers.n
    const share = step.goal / Math.max(1, whole)
    const began = performance.now()
    this.painter.into(target.picture, step.clear, () => {
      if (mode === 'density') this.painter.drawSplats(buffers, lens, run, splatSize(look, lens.ratio))
      else this.drawPoints(look, run, share, 1)
    })
    target.drawn = { look: name, points: step.to }
    this.measure(step.to - step.from, began)
    if (step.into === 'back' && step.to >= step.goal) {
      this.front = { ...target, kind: mode }
      this.back = { picture: front.picture, drawn: NOTHING }
    }
    this.drawn = this.front?.drawn.points ?? 0
    return step.to < total
  }

  /** Puts the picture onto the screen, or into what is bound instead. */
  private showPicture(look: SceneLook, alpha: number): void {
    const { front, painter } = this
    if (!front) return
    if (front.kind === 'points') painter.drawPicture(front.picture, alpha * look.dimming)
    else {
      const total = look.isPart && this.visible ? this.visible.count : (this.buffers?.n ?? 1)
      const share = Math.max(1e-6, front.drawn.points / Math.max(1, total))
      const pixel = (front.picture.width / look.lens.width) ** 2
      const peak = look.perPx.peak / pixel
      painter.drawDensity(front.picture, { share, peak, isDark: look.isDark, alpha: alpha * look.dimming })
    }
  }

  private drawPoints(look: SceneLook, run: Run, share: number, dimming: number): void {
    const { buffers } = this
    const alpha = compensated(look.alpha, share) * dimming
    if (buffers) this.painter.drawDisks(buffers, look.lens, run, { size: look.size, alpha })
  }

  /** Rows that stand out, over all others; a fair part of them where they are more than a moving frame bears. */
  private paintMarks({ lens, marks, isMoving }: SceneLook): void {
    const { buffers, painter } = this
    if (!buffers) return
    for (const [i, mark] of marks.entries()) {
      const held = this.marked.get(i)
      const rows = mark?.rows ?? null
      // Rows that stand out are those of the points to come.
      const isKept = held?.of === rows || this.coming !== null
      const places = isKept ? held : this.mark(i, rows, buffers.shuffle)
      if (!mark || !places) continue
      const to = isMoving ? Math.min(places.count, this.budget.moving) : places.count
      const alpha = compensated(mark.alpha, to / Math.max(1, places.count))
      painter.drawDisks(
        buffers,
        lens,
        { from: 0, to, indices: places.indices },
        {
          size: mark.pointSize,
          alpha,
          tint: mark.tint,
        },
      )
    }
  }

  private mark(i: number, rows: Uint32Array | null, shuffle: Shuffle): Places | null {
    const held = this.marked.get(i)
    if (held) this.painter.gl.deleteBuffer(held.indices)
    this.marked.delete(i)
    if (!rows?.length) return null
    const known = rows.filter((row) => row < shuffle.n)
    const slots = known.map((row) => shuffle.slotOf(row))
    const places = this.createPlaces(rows, sortIds(slots, shuffle.n))
    this.marked.set(i, places)
    return places
  }

  private createPlaces(of: Uint32Array, places: Uint32Array): Places {
    return { of, indices: this.painter.createIndices(places), count: places.length }
  }

  /** Brings more points to the GPU; true when all that is drawn is there. */
  private fill({ lens, isFinal }: SceneLook): boolean {
    const buffers = this.coming ?? this.buffers
    if (!buffers) return true
    const isAtOnce = isFinal || buffers.isSmall
    // The page would wait for a GPU that has not yet taken what came before.
    if (this.isSending && !isAtOnce) return false
    const isBusy = !buffers.isComplete
    const isDone = buffers.fill(lens.weights, isFinal ? Infinity : FILL_MS)
    if (isBusy && !isAtOnce) {
      this.isSending = true
      this.painter.whenDone(() => {
        this.isSending = false
      })
    }
    if (!this.coming) return isDone
    if (isDone) this.replace()
    return this.coming === null
  }

  private replace(): void {
    this.forgetPlaces()
    this.buffers?.destroy()
    this.buffers = this.coming
    this.coming = null
    const n = (this.wanted?.places.find((placed) => placed !== null)?.positions.length ?? 0) / 2
    if (n > 0 && n !== this.buffers?.n) this.bring(n)
  }

  private bring(n: number): void {
    const { wanted } = this
    if (!wanted) return
    const next = new PointBuffers(this.painter.gl, drawOrder(n))
    next.setSources(wanted.places, wanted.colors)
    // The first points of a map are shown as they come.
    if (this.buffers) this.coming = next
    else this.buffers = next
  }

  private measure(points: number, began: number): void {
    if (this.isMeasuring) return
    this.isMeasuring = true
    this.painter.whenDone(() => {
      this.isMeasuring = false
      if (!document.hidden) this.budget.measure(points, performance.now() - began)
    })
  }

  /** Device pixels of the screen, and so of the pictures. */
  private size(): [number, number] {
    const { drawingBufferWidth, drawingBufferHeight } = this.painter.gl
    return [Math.max(1, drawingBufferWidth), Math.max(1, drawingBufferHeight)]
  }

  private fitPictures(kind: DrawMode, width: number, height: number): void {
    const isFit = ({ picture }: { readonly picture: Picture }): boolean =>
      picture.width === width && picture.height === height
    if (this.back && (!isFit(this.back) || kind === 'density')) {
      this.painter.deletePicture(this.back.picture)
      this.back = null
    }
    if (this.front && isFit(this.front) && this.front.kind === kind) return
    if (this.front) this.painter.deletePicture(this.front.picture)
    const picture = this.painter.createPicture(kind === 'density' ? 'sum' : 'cover', width, height)
    this.front = { picture, kind, drawn: NOTHING }
  }

  private dropPictures(): void {
    for (const held of [this.front, this.back]) if (held) this.painter.deletePicture(held.picture)
    this.front = null
    this.back = null
  }

  private forgetPlaces(): void {
    this.setVisible(null)
    for (const { indices } of this.marked.values()) this.painter.gl.deleteBuffer(indices)
    this.marked.clear()
  }

  private forget(): void {
    this.dropPictures()
    this.forgetPlaces()
    this.buffers?.destroy()
    this.coming?.destroy()
    this.buffers = null
    this.coming = null
    this.wanted = null
  }
}

const NOTHING: Drawn = { look: '', points: 0 }
