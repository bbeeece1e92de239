// Puts every row's entries into ascending order of their columns, so that the graph, and every sum over it, is the same
// on every run. A thread an entry counts the smaller columns in its row: no thread's work exceeds the longest row.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rowStarts: array<u32>;           // [nPoints + 1]
@group(0) @binding(2) var<storage, read> heads: array<u32>;               // [nEdges]
@group(0) @binding(3) var<storage, read> columns: array<u32>;             // [nEdges]
@group(0) @binding(4) var<storage, read> weights: array<f32>;             // [nEdges]
@group(0) @binding(5) var<storage, read_write> sortedColumns: array<u32>; // [nEdges]
@group(0) @binding(6) var<storage, read_write> sortedWeights: array<f32>; // [nEdges]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let edge = params.begin + id.x;
  if (edge >= params.end) { return; }
  let row = heads[edge];
  let column = columns[edge];
  let first = rowStarts[row];
  let end = rowStarts[row + 1u];
  var rank = 0u;
  for (var other = first; other < end; other++) { rank += u32(columns[other] < column); }
  sortedColumns[first + rank] = column;
  sortedWeights[first + rank] = weights[edge];
}
