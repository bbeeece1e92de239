// Sums of the vectors weighted by each of six columns, over 256 rows a workgroup; the host adds the parts in float64.
struct Params { partBegin: u32, partEnd: u32, nQuads: u32, firstGroup: u32 } // rows of the part, from a multiple of 256 on
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> vectors: array<vec2u>;      // [rows of the part, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> coordinates: array<f32>;          // [nPoints, 6]
@group(0) @binding(3) var<storage, read_write> parts: array<vec4f>;  // [nChunks, 6, nQuads]

const ROWS = 256u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let begin = params.partBegin + (params.firstGroup + group.x) * ROWS;
  let end = min(begin + ROWS, params.partEnd);
  for (var cell = thread; cell < 6u * params.nQuads; cell += 64u) {
    let q = cell / params.nQuads;
    let quad = cell % params.nQuads;
    var sum = vec4f();
    for (var row = begin; row < end; row++) {
      sum += coordinates[6u * row + q] * unpackQuad(vectors[(row - params.partBegin) * params.nQuads + quad]);
    }
    parts[(begin / ROWS) * 6u * params.nQuads + cell] = sum;
  }
}
