// Exact nearest neighbors. A workgroup compares 64 queries with 64 points at a time; every thread has a 4 × 4 tile of
// |a|² + |b|² - 2ab in registers. That form loses digits, so it only filters: what may be near sets a bit, and one
// thread a query recomputes those distances from the differences (identical points give exactly 0) for its heap.
struct Params {
  nPoints: u32,
  nQuads: u32,     // vec4s a vector, a multiple of 4
  heapSize: u32,   // neighbors wanted, the point itself not counted
  firstBlock: u32, // block of 64 queries of the first workgroup
  pointsBegin: u32,
  pointsEnd: u32,
  slack: f32,      // relative error bound of the filter
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> vectors: array<vec2u>;           // [nPoints, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> norms: array<f32>;               // [nPoints]
@group(0) @binding(3) var<storage, read_write> heapDistances: array<f32>; // [heapSize, nPoints] squared
@group(0) @binding(4) var<storage, read_write> heapIds: array<u32>;       // [heapSize, nPoints]

const EMPTY = 3.0e38;
var<workgroup> queryTile: array<vec4f, 256>; // [4 quads, 64 queries]
var<workgroup> pointTile: array<vec4f, 256>; // [4 quads, 64 points]
var<workgroup> farthest: array<f32, 64>;     // root of every query's heap
var<workgroup> near: array<atomic<u32>, 128>; // [64 queries, 64 bits]

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let last = params.nPoints - 1u;
  let firstQuery = (params.firstBlock + group.x) * 64u;
  if (index < 64u) {
    let query = firstQuery + index;
    if (params.pointsBegin == 0u && query <= last) {
      for (var slot = 0u; slot < params.heapSize; slot++) {
        heapDistances[slot * params.nPoints + query] = EMPTY;
        heapIds[slot * params.nPoints + query] = slot;
      }
    }
    farthest[index] = heapDistances[min(query, last)];
  }
  if (index < 128u) { atomicStore(&near[index], 0u); }

  let loadRow = index >> 2u;
  let loadQuad = index & 3u;
  let loadQuery = min(firstQuery + loadRow, last) * params.nQuads + loadQuad;
  for (var first = params.pointsBegin; first < params.pointsEnd; first += 64u) {
    let loadPoint = min(first + loadRow, last) * params.nQuads + loadQuad;
    var products0 = vec4f();
    var products1 = vec4f();
    var products2 = vec4f();
    var products3 = vec4f();
    for (var quads = 0u; quads < params.nQuads; quads += 4u) {
      workgroupBarrier();
      queryTile[loadQuad * 64u + loadRow] = unpackQuad(vectors[loadQuery + quads]);
      pointTile[loadQuad * 64u + loadRow] = unpackQuad(vectors[loadPoint + quads]);
      workgroupBarrier();
      for (var quad = 0u; quad < 256u; quad += 64u) {
        let p = quad + thread.x * 4u;
        let b0 = pointTile[p];
        let b1 = pointTile[p + 1u];
        let b2 = pointTile[p + 2u];
        let b3 = pointTile[p + 3u];
        let q = quad + thread.y * 4u;
        let a0 = queryTile[q];
        products0 += vec4f(dot(a0, b0), dot(a0, b1), dot(a0, b2), dot(a0, b3));
        let a1 = queryTile[q + 1u];
        products1 += vec4f(dot(a1, b0), dot(a1, b1), dot(a1, b2), dot(a1, b3));
        let a2 = queryTile[q + 2u];
        products2 += vec4f(dot(a2, b0), dot(a2, b1), dot(a2, b2), dot(a2, b3));
        let a3 = queryTile[q + 3u];
        products3 += vec4f(dot(a3, b0), dot(a3, b1), dot(a3, b2), dot(a3, b3));
      }
    }

    let point = vec4u(first + thread.x * 4u) + vec4u(0u, 1u, 2u, 3u);
    let at = min(point, vec4u(last));
    let pointNorms = vec4f(norms[at.x], norms[at.y], norms[at.z], norms[at.w]);
    let isPoint = point < vec4u(params.pointsEnd);
    markNear(thread, 0u, firstQuery, products0, pointNorms, isPoint);
    markNear(thread, 1u, firstQuery, products1, pointNorms, isPoint);
    markNear(thread, 2u, firstQuery, products2, pointNorms, isPoint);
    markNear(thread, 3u, firstQuery, products3, pointNorms, isPoint);
    workgroupBarrier();

    if (index < 64u && firstQuery + index <= last) {
      drain(firstQuery + index, index, first, 0u);
      drain(firstQuery + index, index, first, 1u);
    }
  }
}

fn markNear(thread: vec3u, row: u32, firstQuery: u32, products: vec4f, pointNorms: vec4f, isPoint: vec4<bool>) {
  let query = thread.y * 4u + row;
  let norm = norms[min(firstQuery + query, params.nPoints - 1u)];
  let atLeast = (pointNorms + norm) * (1.0 - params.slack) - 2.0 * products;
  let isNear = (atLeast <= vec4f(farthest[query])) & isPoint;
  let bits = dot(select(vec4u(), vec4u(1u, 2u, 4u, 8u), isNear), vec4u(1u));
  if (bits != 0u) { atomicOr(&near[query * 2u + (thread.x >> 3u)], bits << ((thread.x & 7u) * 4u)); }
}

// Exact distances of the marked points of one half of a tile.
fn drain(query: u32, row: u32, first: u32, half: u32) {
  var marks = atomicExchange(&near[row * 2u + half], 0u);
  if (marks == 0u) { return; }
  while (marks != 0u) {
    let id = first + half * 32u + countTrailingZeros(marks);
    marks &= marks - 1u;
    if (id == query) { continue; }
    var sums = vec4f();
    for (var quad = 0u; quad < params.nQuads; quad++) {
      let difference = unpackQuad(vectors[query * params.nQuads + quad]) - unpackQuad(vectors[id * params.nQuads + quad]);
      sums = fma(difference, difference, sums);
    }
    let distance = sums.x + sums.y + sums.z + sums.w;
    if (isNearer(query, distance, id, heapDistances[query], heapIds[query])) {
      replaceRoot(query, params.nPoints, params.heapSize, distance, id);
    }
  }
  farthest[row] = heapDistances[query];
}
