// Coordinates of every vector along six directions: coordinates = vectors · directions - offsets.
struct Params { begin: u32, end: u32, partBegin: u32, nQuads: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> vectors: array<vec2u>;      // [rows of the part, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> directions: array<vec4f>;   // [6, nQuads]
@group(0) @binding(3) var<storage, read> offsets: array<f32>;        // [6]
@group(0) @binding(4) var<storage, read_write> coordinates: array<f32>;    // [nPoints, 6]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  for (var q = 0u; q < 6u; q++) {
    var sum = 0.0;
    for (var quad = 0u; quad < params.nQuads; quad++) {
      sum += dot(unpackQuad(vectors[(row - params.partBegin) * params.nQuads + quad]), directions[q * params.nQuads + quad]);
    }
    coordinates[6u * row + q] = sum - offsets[q];
  }
}
