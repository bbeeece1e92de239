// Vectors in another order, as far as they come from one buffer and go to one.
struct Params {
  begin: u32,       // quads of the target's buffer
  end: u32,
  partBegin: u32,   // first row of the target's buffer
  sourceBegin: u32, // rows of the source's buffer
  sourceEnd: u32,
  nQuads: u32,      // vec4s a vector
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rowOf: array<u32>;             // [nPoints] row of each point in the new order
@group(0) @binding(2) var<storage, read> vectors: array<vec2u>;         // [rows of the part, nQuads] four half-floats each
@group(0) @binding(3) var<storage, read_write> ordered: array<vec2u>;   // [rows of the part, nQuads]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quad = params.begin + id.x;
  if (quad >= params.end) { return; }
  let row = rowOf[params.partBegin + quad / params.nQuads];
  if (row < params.sourceBegin || row >= params.sourceEnd) { return; }
  ordered[quad] = vectors[(row - params.sourceBegin) * params.nQuads + quad % params.nQuads];
}
