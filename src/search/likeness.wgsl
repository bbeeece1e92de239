// Cosine of every point with one query, a point a thread; 0 where either has no length.
struct Params {
  begin: u32,
  end: u32,
  partBegin: u32, // first row of the points' buffer
  nQuads: u32,    // vec4s a vector
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<vec2u>;        // [rows of the part, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> query: array<vec4f>;         // [nQuads] of length 1
@group(0) @binding(3) var<storage, read_write> cosines: array<f32>;   // [rows of the part]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let at = row - params.partBegin;
  var along = 0.0;
  var squared = 0.0;
  for (var quad = 0u; quad < params.nQuads; quad++) {
    let own = unpackQuad(points[at * params.nQuads + quad]);
    along += dot(own, query[quad]);
    squared += dot(own, own);
  }
  cosines[at] = select(0.0, along * inverseSqrt(squared), squared > 0.0);
}
