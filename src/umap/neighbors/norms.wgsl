// Squared length of every vector.
struct Params { begin: u32, end: u32, partBegin: u32, nQuads: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> vectors: array<vec2u>;   // [rows of the part, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read_write> norms: array<f32>; // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var sums = vec4f();
  for (var quad = 0u; quad < params.nQuads; quad++) {
    let value = unpackQuad(vectors[(row - params.partBegin) * params.nQuads + quad]);
    sums = fma(value, value, sums);
  }
  norms[row] = sums.x + sums.y + sums.z + sums.w;
}
