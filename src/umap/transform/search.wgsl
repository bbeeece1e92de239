// Exact nearest fitted points of new points, a new point a thread. A workgroup loads 16 points at a time; what is nearer
// than the farthest so far is inserted into the thread's sorted list, at equal distance after what is there.
struct Params {
  begin: u32,
  end: u32,
  nQuads: u32,      // vec4s a vector
  k: u32,
  isFirst: u32,     // 1 for the first points: the lists are made
  partBegin: u32,   // first row of the points' buffer
  pointsBegin: u32,
  pointsEnd: u32,
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<vec2u>;     // [nNew, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> points: array<vec2u>;      // [rows of the part, nQuads]
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;     // [nNew, k]
@group(0) @binding(4) var<storage, read_write> squared: array<f32>; // [nNew, k] ascending

const EMPTY = 3.0e38;
const TILE = 16u;
var<workgroup> tile: array<vec4f, 256>; // [16 quads, 16 points]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let isRow = params.begin + id.x < params.end;
  let row = min(params.begin + id.x, params.end - 1u);
  let list = row * params.k;
  var farthest = EMPTY;
  if (isRow && params.isFirst == 1u) {
    for (var slot = 0u; slot < params.k; slot++) { squared[list + slot] = EMPTY; }
  } else if (isRow) {
    farthest = squared[list + params.k - 1u];
  }
  for (var first = params.pointsBegin; first < params.pointsEnd; first += TILE) {
    var sums = array<f32, TILE>();
    for (var quads = 0u; quads < params.nQuads; quads += TILE) {
      workgroupBarrier();
      for (var at = thread; at < TILE * TILE; at += WORKGROUP_SIZE) {
        let quad = min(quads + at / TILE, params.nQuads - 1u);
        let point = min(first + at % TILE, params.pointsEnd - 1u);
        tile[at] = unpackQuad(points[(point - params.partBegin) * params.nQuads + quad]);
      }
      workgroupBarrier();
      let most = min(TILE, params.nQuads - quads);
      for (var quad = 0u; quad < most; quad++) {
        let own = unpackQuad(queries[row * params.nQuads + quads + quad]);
        for (var point = 0u; point < TILE; point++) {
          let difference = own - tile[quad * TILE + point];
          sums[point] += dot(difference, difference);
        }
      }
    }
    for (var point = 0u; point < TILE; point++) {
      if (isRow && first + point < params.pointsEnd && sums[point] < farthest) {
        insert(list, first + point, sums[point]);
        farthest = squared[list + params.k - 1u];
      }
    }
  }
}

fn insert(list: u32, point: u32, distance: f32) {
  var slot = list + params.k - 1u;
  for (; slot > list; slot--) {
    if (squared[slot - 1u] <= distance) { break; }
    squared[slot] = squared[slot - 1u];
    ids[slot] = ids[slot - 1u];
  }
  squared[slot] = distance;
  ids[slot] = point;
}
