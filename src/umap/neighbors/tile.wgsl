// The comparison of 64 queries, one a thread, with runs of points. A workgroup takes 64 points at a time; every thread has
// an 8 × 8 tile of |a|² + |b|² - 2ab in registers. That form loses digits, so it only filters: what may be near sets a bit,
// and one thread a query recomputes those distances from the differences (identical points give exactly 0) for its heap.
const EMPTY = 3.0e38;
var<workgroup> queryTile: array<vec4f, 256>;  // [4 quads, 64 queries]
var<workgroup> pointTile: array<vec4f, 256>;  // [4 quads, 64 points]
var<workgroup> queryNorms: array<f32, 64>;
var<workgroup> pointNorms: array<f32, 64>;
var<workgroup> farthest: array<f32, 64>;      // root of every query's heap
var<workgroup> near: array<atomic<u32>, 128>; // [64 queries, 64 bits]

// Readies the workgroup; makes the heap of a query that has none yet.
fn begin(query: u32, at: u32, stride: u32, index: u32, isNew: bool) {
  if (isNew) {
    for (var slot = 0u; slot < params.heapSize; slot++) {
      heapDistances[slot * stride + at] = EMPTY;
      heapIds[slot * stride + at] = slot;
    }
  }
  farthest[index] = heapDistances[at];
  queryNorms[index] = norms[query];
  atomicStore(&near[2u * index], 0u);
  atomicStore(&near[2u * index + 1u], 0u);
}

// Takes the points [begin, end), the same for the whole workgroup, into the queries' heaps.
fn compare(query: u32, at: u32, stride: u32, isQuery: bool, index: u32, thread: vec2u, begin: u32, end: u32) {
  let loadQuery = (query - params.queriesBegin) * params.nQuads;
  for (var first = begin; first < end; first += 64u) {
    let point = min(first + index, end - 1u);
    let loadPoint = (point - params.othersBegin) * params.nQuads;
    // Thread (x, y) has queries y + 8i and points x + 8j: row i of the products, points 0 to 3 (low) and 4 to 7 (high). Each
    // has a name, since an array that is indexed in a loop stays in registers only where the compiler unrolls it.
    var low0 = vec4f();
    var high0 = vec4f();
    var low1 = vec4f();
    var high1 = vec4f();
    var low2 = vec4f();
    var high2 = vec4f();
    var low3 = vec4f();
    var high3 = vec4f();
    var low4 = vec4f();
    var high4 = vec4f();
    var low5 = vec4f();
    var high5 = vec4f();
    var low6 = vec4f();
    var high6 = vec4f();
    var low7 = vec4f();
    var high7 = vec4f();
    for (var quads = 0u; quads < params.nQuads; quads += 4u) {
      workgroupBarrier();
      for (var quad = 0u; quad < 4u; quad++) {
        queryTile[quad * 64u + index] = unpackQuad(queries[loadQuery + quads + quad]);
        pointTile[quad * 64u + index] = unpackQuad(others[loadPoint + quads + quad]);
      }
      pointNorms[index] = norms[point];
      workgroupBarrier();
      for (var at = 0u; at < 256u; at += 64u) {
        let p = at + thread.x;
        let low = mat4x4f(pointTile[p], pointTile[p + 8u], pointTile[p + 16u], pointTile[p + 24u]);
        let high = mat4x4f(pointTile[p + 32u], pointTile[p + 40u], pointTile[p + 48u], pointTile[p + 56u]);
        var value = queryTile[at + thread.y];
        low0 += value * low;
        high0 += value * high;
        value = queryTile[at + thread.y + 8u];
        low1 += value * low;
        high1 += value * high;
        value = queryTile[at + thread.y + 16u];
        low2 += value * low;
        high2 += value * high;
        value = queryTile[at + thread.y + 24u];
        low3 += value * low;
        high3 += value * high;
        value = queryTile[at + thread.y + 32u];
        low4 += value * low;
        high4 += value * high;
        value = queryTile[at + thread.y + 40u];
        low5 += value * low;
        high5 += value * high;
        value = queryTile[at + thread.y + 48u];
        low6 += value * low;
        high6 += value * high;
        value = queryTile[at + thread.y + 56u];
        low7 += value * low;
        high7 += value * high;
      }
    }
    markNear(thread.y, thread.x, 0u, first, end, low0);
    markNear(thread.y, thread.x, 1u, first, end, high0);
    markNear(thread.y + 8u, thread.x, 0u, first, end, low1);
    markNear(thread.y + 8u, thread.x, 1u, first, end, high1);
    markNear(thread.y + 16u, thread.x, 0u, first, end, low2);
    markNear(thread.y + 16u, thread.x, 1u, first, end, high2);
    markNear(thread.y + 24u, thread.x, 0u, first, end, low3);
    markNear(thread.y + 24u, thread.x, 1u, first, end, high3);
    markNear(thread.y + 32u, thread.x, 0u, first, end, low4);
    markNear(thread.y + 32u, thread.x, 1u, first, end, high4);
    markNear(thread.y + 40u, thread.x, 0u, first, end, low5);
    markNear(thread.y + 40u, thread.x, 1u, first, end, high5);
    markNear(thread.y + 48u, thread.x, 0u, first, end, low6);
    markNear(thread.y + 48u, thread.x, 1u, first, end, high6);
    markNear(thread.y + 56u, thread.x, 0u, first, end, low7);
    markNear(thread.y + 56u, thread.x, 1u, first, end, high7);
    workgroupBarrier();
    if (isQuery) {
      drain(query, at, stride, index, first, 0u);
      drain(query, at, stride, index, first, 1u);
    }
  }
}

// Sets a query's bits for the points x, x + 8, x + 16 and x + 24 of one half of the tile that may be near enough.
fn markNear(row: u32, x: u32, half: u32, first: u32, end: u32, products: vec4f) {
  let point = vec4u(32u * half + x) + vec4u(0u, 8u, 16u, 24u);
  let lengths = vec4f(pointNorms[point.x], pointNorms[point.y], pointNorms[point.z], pointNorms[point.w]);
  let atLeast = (lengths + queryNorms[row]) * (1.0 - params.slack) - 2.0 * products;
  let isNear = (atLeast <= vec4f(farthest[row])) & (first + point < vec4u(end));
  let bits = dot(select(vec4u(), vec4u(1u, 1u << 8u, 1u << 16u, 1u << 24u), isNear), vec4u(1u));
  if (bits != 0u) { atomicOr(&near[2u * row + half], bits << x); }
}

// Exact distances of the marked points of one half of a tile.
fn drain(query: u32, at: u32, stride: u32, row: u32, first: u32, half: u32) {
  var marks = atomicExchange(&near[row * 2u + half], 0u);
  if (marks == 0u) { return; }
  while (marks != 0u) {
    let id = first + half * 32u + countTrailingZeros(marks);
    marks &= marks - 1u;
    if (id == query) { continue; }
    var sums = vec4f();
    for (var quad = 0u; quad < params.nQuads; quad++) {
      let difference = unpackQuad(queries[(query - params.queriesBegin) * params.nQuads + quad])
        - unpackQuad(others[(id - params.othersBegin) * params.nQuads + quad]);
      sums = fma(difference, difference, sums);
    }
    let distance = sums.x + sums.y + sums.z + sums.w;
    if (isNearer(query, distance, id, heapDistances[at], heapIds[at])) {
      replaceRoot(query, at, stride, params.heapSize, distance, id);
    }
  }
  farthest[row] = heapDistances[at];
}
