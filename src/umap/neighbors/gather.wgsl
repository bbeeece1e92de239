// Sorts every heap in place (heapsort) and writes it out as the row of its query: the point itself, then its neighbors,
// nearest first, in the rows' own order again.
struct Params { begin: u32, end: u32, bandBlocks: u32, partBegin: u32, partEnd: u32, heapSize: u32, isCosine: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> blocks: array<u32>;              // [bandBlocks, 65] cluster, then queries
@group(0) @binding(2) var<storage, read> rowOf: array<u32>;               // [nPoints] row of each point
@group(0) @binding(3) var<storage, read_write> heapDistances: array<f32>; // [heapSize, 64 · bandBlocks] squared
@group(0) @binding(4) var<storage, read_write> heapIds: array<u32>;       // [heapSize, 64 · bandBlocks]
@group(0) @binding(5) var<storage, read_write> ids: array<u32>;           // [rows of the part, heapSize + 1]
@group(0) @binding(6) var<storage, read_write> distances: array<f32>;     // [rows of the part, heapSize + 1] Euclidean, or half its square

const NONE = 0xffffffffu;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.begin + id.x;
  if (at >= params.end) { return; }
  let query = blocks[65u * (at / 64u) + 1u + at % 64u];
  if (query == NONE) { return; }
  let row = rowOf[query];
  if (row < params.partBegin || row >= params.partEnd) { return; }
  let stride = 64u * params.bandBlocks;
  let out = (row - params.partBegin) * (params.heapSize + 1u);
  writeRow(query, at, stride, out);
}

fn rowOfPoint(point: u32) -> u32 { return rowOf[point]; }
